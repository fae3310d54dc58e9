import { expect } from "vitest";
import { decoded, encoded } from "./support/code.js";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

/** Everything by which a person would tell one moment from another. */
async function moment(lab: Lab) {
  await lab.show("Logs");
  await lab.page.getByRole("tabpanel").getByRole("img").first().waitFor();
  const logs = await lab.logs();
  const headline = await lab.page.getByRole("heading", { level: 1 }).textContent();
  await lab.show("Steps");
  const steps = await lab.stepsAfter(0);
  await lab.show("Key/value");
  const operations = await lab.page.getByRole("table", { name: "Operations of C1" }).innerText();
  return { now: await lab.now(), servers: await lab.servers(), logs, headline, steps, operations };
}

/** Equal in all; of the steps, which reach further back where one has watched them happen, as far as both go. */
function same(a: Awaited<ReturnType<typeof moment>>, b: typeof a) {
  const both = Math.min(a.steps.length, b.steps.length);
  expect(both).toBeGreaterThan(5);
  expect({ ...a, steps: a.steps.slice(-both) }).toEqual({ ...b, steps: b.steps.slice(-both) });
}

/** A run in which things happened: writes, a crash, an election, more writes. Paused. */
async function eventfulRun(lab: Lab) {
  await lab.realTime();
  await lab.show("Key/value");
  await lab.send("C1", "put x 1");
  await lab.replied("C1", "put x 1");
  const old = await lab.leader();
  await lab.doBreak("Crash the leader");
  await lab.leader((leader) => leader.name !== old.name);
  await lab.send("C1", "append x 2");
  await lab.replied("C1", "append x 2");
  await lab.pause();
}

const hashOf = (link: string) => new URL(link).hash;

for (const size of EVERY_SIZE) {
  test(`the link opened in a fresh profile shows the same moment (${size})`, async ({ arrive }) => {
    const mine = await Lab.at(await arrive({ size }));
    await eventfulRun(mine);
    const link = await mine.link();
    const seen = await moment(mine);

    const theirs = await Lab.at(await arrive({ size, hash: hashOf(link) }));
    await theirs.playButton("Play").waitFor();
    await until(
      () => theirs.now(),
      (now) => now === seen.now,
      "the replay arrives at the moment",
    );
    same(await moment(theirs), seen);
    expect(await theirs.page.getByRole("alert").count()).toBe(0);

    // And what comes next is the same too.
    for (const lab of [mine, theirs]) {
      await lab.page.locator("split-brain").focus();
      for (let i = 0; i < 5; i++) await lab.page.keyboard.press("ArrowRight");
      await lab.settled();
    }
    same(await moment(theirs), await moment(mine));
  });
}

test("a run with a job opens from its link", async ({ arrive }) => {
  const mine = await Lab.at(await arrive());
  await mine.fast();
  await mine.show("MapReduce");
  await mine.page.getByRole("button", { name: "Run", exact: true }).click();
  await mine.page.getByText("✓ The output equals the sequential run's.").waitFor();
  await mine.pause();
  const now = await mine.now();
  const theirs = await Lab.at(await arrive({ hash: hashOf(await mine.link()) }));
  await until(
    () => theirs.now(),
    (at) => at === now,
    "the replay arrives at the moment",
  );
  await theirs.show("MapReduce");
  await theirs.page.getByText("✓ The output equals the sequential run's.").waitFor();
});

const UNUSABLE: { what: string; hash: (link: string) => string | Promise<string>; says: RegExp }[] = [
  { what: "cut short", hash: (link) => hashOf(link).slice(0, -40), says: /damaged/ },
  { what: "with a letter changed", hash: (link) => hashOf(link).replace(/.{3}$/, "%%%"), says: /damaged/ },
  { what: "that is empty", hash: () => "#run=", says: /damaged/ },
  { what: "that is no link of ours", hash: () => "#run=hello", says: /damaged/ },
  { what: "longer than any", hash: () => `#run=${"A".repeat(70_000)}`, says: /longer than any/ },
  {
    what: "that would inflate to ten megabytes",
    hash: async () => `#run=${await encoded(" ".repeat(10_000_000))}`,
    says: /larger than this page opens from a link/,
  },
  { what: "to a list", hash: async () => `#run=${await encoded("[]")}`, says: /\w+/ },
  { what: "to something else", hash: async () => `#run=${await encoded('{"splitbrain":1}')}`, says: /config/ },
  {
    what: "from a later format",
    hash: async () => `#run=${await encoded('{"splitbrain":999,"config":{}}')}`,
    says: /format/,
  },
  {
    what: "that asks for a cluster of absurd size",
    hash: async (link) => {
      const script = JSON.parse(await decoded(hashOf(link)));
      script.config.servers = 1000;
      return `#run=${await encoded(JSON.stringify(script))}`;
    },
    says: /servers/,
  },
];

test("a link that cannot be used is answered with a sentence, and the page works", async ({ arrive }) => {
  const mine = await Lab.at(await arrive());
  const link = await mine.link();
  for (const { what, hash, says } of UNUSABLE) {
    const page = await arrive({ hash: await hash(link) });
    const lab = await Lab.at(page);
    const alert = page.getByRole("alert").filter({ hasText: /\w/ });
    await alert.waitFor();
    expect(await alert.innerText(), `a link ${what}`).toMatch(says);
    await alert.getByRole("button", { name: "Dismiss" }).click();
    await until(
      () => alert.count(),
      (n) => n === 0,
      "the notice goes away",
    );
    const then = await lab.now();
    await until(
      () => lab.now(),
      (now) => now > then,
      `after a link ${what}, time goes on`,
    );
    await page.context().close();
  }
});

test("a link whose run another engine recorded says so, and can be run anyway", async ({ arrive }) => {
  const mine = await Lab.at(await arrive());
  await eventfulRun(mine);
  const script = JSON.parse(await decoded(hashOf(await mine.link())));
  expect(script.fingerprint).toMatch(/^[0-9a-f]{16}$/);
  script.fingerprint = script.fingerprint.replace(/./g, (digit: string) => (digit === "0" ? "1" : "0"));
  const lab = await Lab.at(await arrive({ hash: `#run=${await encoded(JSON.stringify(script))}` }));
  const alert = lab.page.getByRole("alert").filter({ hasText: /\w/ });
  await alert.waitFor();
  expect(await alert.innerText()).toMatch(/the engine has changed/);
  const then = await lab.now();
  await lab.play();
  await until(
    () => lab.now(),
    (now) => now > then,
    "the run goes on",
  );
});

test("a link pasted into a page that is open already opens there", async ({ arrive }) => {
  const mine = await Lab.at(await arrive());
  await eventfulRun(mine);
  const link = await mine.link();
  const now = await mine.now();
  const theirs = await Lab.at(await arrive());
  await theirs.page.goto(link);
  await until(
    () => theirs.now(),
    (at) => at === now,
    "the replay arrives at the moment",
  );
  await theirs.playButton("Play").waitFor();
});

test("a file larger than any link opens", async ({ arrive }) => {
  const mine = await Lab.at(await arrive());
  await eventfulRun(mine);
  const now = await mine.now();
  const json = await decoded(hashOf(await mine.link()));
  const theirs = await Lab.at(await arrive());
  await theirs.page.getByRole("banner").getByRole("button", { name: "Share" }).click();
  await theirs.page.getByLabel("Run file").evaluate((input: HTMLInputElement, text) => {
    const chosen = new DataTransfer();
    chosen.items.add(new File([text.padEnd(5_000_000)], "run.json"));
    input.files = chosen.files;
    input.dispatchEvent(new Event("change"));
  }, json);
  await until(
    () => theirs.now(),
    (at) => at === now,
    "the replay arrives at the moment",
  );
});

test("a damaged link is told of though another notice is in view", async ({ arrive }) => {
  const lab = await Lab.at(await arrive({ hash: `#run=${await encoded("[]")}` }));
  const alert = lab.page.getByRole("alert").filter({ hasText: /\w/ });
  await alert.waitFor();
  await lab.page.goto(lab.page.url().replace(/#.*/, "#run=hello"));
  await alert.filter({ hasText: "damaged" }).waitFor();
});
