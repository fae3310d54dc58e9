// To agree to a run's code is to agree to that run's: whatever else is tried afterwards and does not open.

import { expect, inject } from "vitest";
import { encoded } from "./support/code.js";
import { JobPanel } from "./support/job.js";
import { Lab, until } from "./support/lab.js";
import { test, type Visits } from "./support/visit.js";

/** The run with a program, changed; with none its job counts words. */
function run(change: (script: Script) => void = () => {}): Promise<string> {
  const script: Script = JSON.parse(inject("ownProgram"));
  change(script);
  return encoded(JSON.stringify(script)).then((code) => `#run=${code}`);
}

interface Script {
  config: { servers: number; seed: number };
  acts: { act: { job?: { app: unknown } } }[];
}

const absurd = (script: Script) => {
  script.config.servers = 1_000;
};

const withoutProgram = (script: Script) => {
  for (const { job } of script.acts.map(({ act }) => act)) if (job) job.app = "word-count";
};

const notices = ({ page }: Lab) => page.getByRole("alert").filter({ hasText: /\w/ });

async function told(lab: Lab, what: RegExp) {
  await notices(lab).filter({ hasText: what }).first().waitFor();
  await lab.button("Dismiss").click();
}

/** The run with a program, opened by that choice. */
async function opened(arrive: Visits["arrive"], choice: string) {
  const page = await arrive({ hash: await run() });
  await page.getByRole("button", { name: choice }).click();
  const lab = await Lab.at(page);
  await lab.show("MapReduce");
  return { page, lab, jobs: new JobPanel(page) };
}

/** Plays the run to its job, which fails for want of its code, and tries a program of one's own. */
async function stillRunsNoCode(lab: Lab, jobs: JobPanel) {
  await lab.fast();
  await lab.play();
  await jobs.trouble.waitFor();
  await lab.pause();
  expect(await jobs.trouble.textContent()).toMatch(/opened without running its code/);
  await jobs.program("function map(key, value, emit) { emit(key, 1) }\nfunction reduce() { return 1 }");
  await jobs.run.click();
  await told(lab, /chose not to run/);
}

test("a run opened without its code still runs none after a new run was refused", async ({ arrive }) => {
  const { page, lab, jobs } = await opened(arrive, "Open without running");
  await page.locator("split-brain").focus();
  await page.keyboard.press("n");
  await page.getByLabel("shortest, in milliseconds").first().fill("60000");
  await page.getByRole("button", { name: "Start" }).click();
  await told(lab, /\w/);
  await stillRunsNoCode(lab, jobs);
});

test("a run opened without its code still runs none after another, agreed to, did not open", async ({ arrive }) => {
  const { page, lab, jobs } = await opened(arrive, "Open without running");
  const home = page.url().replace(/#.*/, "");
  await page.goto(home + (await run(absurd)));
  await page.getByRole("button", { name: "Run this code" }).click();
  await told(lab, /servers/);
  await page.goto(
    home +
      (await run((script) => {
        absurd(script);
        withoutProgram(script);
      })),
  );
  await told(lab, /servers/);
  await stillRunsNoCode(lab, jobs);
});

test("a run opened without its code still runs none after another, agreed to, was cancelled", async ({ arrive }) => {
  const { page, lab, jobs } = await opened(arrive, "Open without running");
  // The interpreter is long in coming.
  await page.context().route(/script_bg/, () => {});
  const other = await run((script) => {
    script.config.seed++;
  });
  await page.goto(page.url().replace(/#.*/, "") + other);
  await page.getByRole("button", { name: "Run this code" }).click();
  await page.getByRole("group", { name: "Opening a run" }).getByRole("button", { name: "Cancel" }).click();
  await told(lab, /Cancelled/);
  await stillRunsNoCode(lab, jobs);
});

test("what does not open leaves a run with code as it was", async ({ arrive }) => {
  const { page, lab, jobs } = await opened(arrive, "Run this code");
  await jobs.equal.waitFor();
  const before = await lab.now();
  for (const change of [withoutProgram, () => {}]) {
    await page.goto(
      page.url().replace(/#.*/, "") +
        (await run((script) => {
          absurd(script);
          change(script);
        })),
    );
    if (change !== withoutProgram) await page.getByRole("button", { name: "Run this code" }).click();
    await told(lab, /servers/);
    expect(await lab.now()).toBe(before);
  }
  // It goes on, and its programs still run.
  await lab.button("Step").click();
  await until(
    () => lab.now(),
    (now) => now > before,
    "the run goes on",
  );
  expect(await notices(lab).count()).toBe(0);
  await jobs.program("function map(key, value, emit) { emit(key, 1) }\nfunction reduce() { return 1 }");
  await jobs.run.click();
  await jobs.equal.waitFor();
});

test("a run agreed to before the engine has started is not replaced by the first one", async ({ arrive }) => {
  const page = await arrive();
  await page.context().route(/splitbrain_bg/, async (route) => {
    await new Promise((done) => setTimeout(done, 4_000));
    await route.continue();
  });
  await page.goto(`about:blank`);
  await page.goto(inject("address") + (await run()));
  await page.getByRole("button", { name: "Run this code" }).click();
  const lab = await Lab.at(page);
  await lab.show("MapReduce");
  await new JobPanel(page).equal.waitFor();
  await lab.settled();
  expect(await lab.servers()).toHaveLength(1);
});

test("another link while one is read is another dialog, which cannot be agreed to at once", async ({ arrive }) => {
  const page = await arrive({ hash: await run() });
  const agree = page.getByRole("button", { name: "Run this code" });
  await until(
    () => agree.isEnabled(),
    (is) => is,
    "the first can be agreed to",
  );
  const other = await run((script) => {
    for (const { job } of script.acts.map(({ act }) => act))
      if (job) job.app = { script: { code: "function map() { /* another */ }\nfunction reduce() {}" } };
  });
  const agreeable = await page.evaluate(async (hash) => {
    const root = document.querySelector("split-brain")?.shadowRoot;
    const dialog = () => root?.querySelector("sb-foreign")?.shadowRoot;
    const first = dialog();
    location.hash = hash;
    const shown = () => dialog() !== first && dialog()?.textContent?.includes("Read it first");
    for (const end = performance.now() + 20_000; !shown() && performance.now() < end; )
      await new Promise(requestAnimationFrame);
    return !shown() || dialog()?.querySelector("button.primary:enabled") !== null;
  }, other);
  expect(agreeable).toBe(false);
  await page.getByRole("dialog").getByText("another").waitFor();
  await agree.click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
});

test("a dialog that cannot be fetched is asked for once, and the page goes on", async ({ arrive }) => {
  const page = await arrive({ excused: /ERR_FAILED|foreign/, serviceWorkers: "block" });
  let asked = 0;
  await page.context().route(/foreign-/, (route) => {
    asked++;
    return route.abort();
  });
  await page.goto(page.url() + (await run()));
  const lab = await Lab.at(page);
  await told(lab, /could not be fetched/);
  await lab.show("Checks");
  await lab.pause();
  expect(asked).toBe(1);
});

test("what is not seen in code is marked, with and without the editor", async ({ arrive }) => {
  const hash = await run((script) => {
    for (const { job } of script.acts.map(({ act }) => act))
      if (job) job.app = { script: { code: "/* \u202e */ function map() {}\nfunction reduce() {}" } };
  });
  const page = await arrive({ hash });
  await page.locator("sb-foreign .cm-specialChar").waitFor();

  const without = await arrive({ excused: /ERR_FAILED/, serviceWorkers: "block" });
  await without.context().route(/assets\/code-/, (route) => route.abort());
  await without.goto(without.url() + hash);
  await without.locator("sb-foreign pre").getByText("/* • */ function map").waitFor();
});
