// Jobs beyond the first: programs of one's own, good and hostile; faults that a job survives, and the one that it does not.

import type { CDPSession } from "playwright-core";
import { describe, expect, inject } from "vitest";
import { encoded } from "./support/code.js";
import { JobPanel } from "./support/job.js";
import { Lab, until } from "./support/lab.js";
import { type Arrive, EVERY_SIZE, test, type Visitor } from "./support/visit.js";

const WORD_COUNT = `function map(key, value, emit) {
  for (const word of value.match(/\\p{Alphabetic}+/gu) ?? []) emit(word, "1");
}
function reduce(key, values) {
  return values.length;
}
`;

async function atJobs(arrive: Arrive, visitor?: Visitor): Promise<{ lab: Lab; jobs: JobPanel }> {
  const lab = await Lab.at(await arrive(visitor));
  await lab.show("MapReduce");
  return { lab, jobs: new JobPanel(lab.page) };
}

/** A new run with its jobs as wanted. */
async function newRun({ page }: Lab, wanted: Record<string, string>) {
  await page.locator("split-brain").focus();
  await page.keyboard.press("n");
  for (const [label, option] of Object.entries(wanted)) {
    const field = page.getByRole("dialog").getByLabel(label, { exact: true });
    if ((await field.evaluate((one) => one.localName)) === "select") await field.selectOption(option);
    else await field.fill(option);
  }
  await page.getByRole("button", { name: "Start" }).click();
  await page.getByRole("dialog").waitFor({ state: "hidden" });
}

/** How often a word stands in texts that come with the page, counted here. */
async function occurrences(word: string, texts: "moby-dick" | "addresses"): Promise<number> {
  const all = await (await fetch(new URL(`texts/${texts}.json`, inject("address")))).json();
  return (all as { text: string }[])
    .flatMap(({ text }) => text.match(/\p{Alphabetic}+/gu) ?? [])
    .filter((one) => one === word).length;
}

for (const size of EVERY_SIZE) {
  test(`a word count typed in by hand counts Moby Dick's words (${size})`, async ({ arrive }) => {
    const { lab, jobs } = await atJobs(arrive, { size });
    await lab.fast();
    await jobs.program(WORD_COUNT);
    await jobs.editor.press("ControlOrMeta+Enter");
    await jobs.phase("map").waitFor();
    const inSight = (bar: HTMLElement) => {
      const { top, bottom } = bar.getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    };
    await until(() => jobs.phase("map").evaluate(inSight), Boolean, "how it goes is in sight");
    await jobs.toTheEnd();
    const whales = await occurrences("whale", "moby-dick");
    await until(
      () => jobs.lines("whale"),
      (lines) => lines.includes(`whale ${whales}`),
      `the ${whales} whales of the text are counted`,
    );
    // The program is still there after other panels were looked at.
    await lab.show("Logs");
    await lab.show("MapReduce");
    expect(await jobs.editor.innerText()).toContain("return values.length");
  });

  test(`what is wrong with a program is told at its line (${size})`, async ({ arrive }) => {
    const { lab, jobs } = await atJobs(arrive, { size });
    const { page } = lab;
    await lab.fast();
    await jobs.text("one two");
    await jobs.program("function map(key, value, emit) {\n  emit(key, ;\n}\nfunction reduce() {}\n");
    await jobs.run.click();
    await page
      .getByRole("alert")
      .filter({ hasText: /^line 2, column \d+: / })
      .waitFor();
    await page.locator(".cm-lintRange-error").waitFor();
    expect(await jobs.phase("map").count()).toBe(0);

    await jobs.program(
      "function map(key, value, emit) {\n  emit(key, value);\n}\nfunction reduce(key, values) {\n  return values.missing();\n}\n",
    );
    await jobs.run.click();
    await page
      .getByRole("alert")
      .filter({ hasText: /^The job failed.*line 5, column \d+: / })
      .waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: "Edit" }).click();
    await until(
      () => jobs.editor.evaluate((one) => one.matches(":focus")),
      (has) => has,
      "the editor has the focus",
    );
    await page.locator(".cm-lintRange-error").waitFor();

    // Mended, it runs.
    await jobs.editor.fill(
      "function map(key, value, emit) {\n  emit(key, value);\n}\nfunction reduce(key, values) {\n  return values.length;\n}\n",
    );
    await jobs.run.click();
    await jobs.equal.waitFor({ timeout: 60_000 });
  });
}

test("Tab indents in the editor, and Escape before it leaves; no key typed there is one of the page's", async ({
  arrive,
}) => {
  const { lab, jobs } = await atJobs(arrive);
  const { page } = lab;
  await jobs.program("");
  await jobs.editor.click();
  await page.keyboard.type("fn hsw?");
  expect(await page.getByRole("dialog").count()).toBe(0);
  expect(await page.getByRole("tab", { name: "MapReduce" }).getAttribute("aria-selected")).toBe("true");
  await page.keyboard.press("Home");
  await page.keyboard.press("Tab");
  expect(await jobs.editor.innerText()).toBe("  fn hsw?");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Tab");
  expect(await jobs.editor.evaluate((one) => one.matches(":focus"))).toBe(false);
});

test("a long computation is cancelled half-way and can go on", async ({ arrive }) => {
  const { lab, jobs } = await atJobs(arrive);
  const { page } = lab;
  await jobs.run.click();
  await jobs.phase("map").waitFor();
  await page.getByRole("button", { name: "Run to the end" }).click();
  const busy = page.getByRole("group", { name: "Running the job" });
  await busy.getByRole("button", { name: "Cancel" }).click();
  await busy.waitFor({ state: "hidden" });
  await lab.settled();
  expect(await jobs.equal.count()).toBe(0);
  await jobs.toTheEnd();
});

test("a word count of one's own counts 233 addresses: cancelled on the way, it survives every crash and goes on", async ({
  arrive,
}) => {
  const { lab, jobs } = await atJobs(arrive);
  const { page } = lab;
  await newRun(lab, { "Intermediate files": "workers' disks", Coordinator: "replicated" });
  await page.getByRole("combobox", { name: "Text", exact: true }).selectOption("233 addresses, 11 MB");
  await jobs.program(WORD_COUNT);
  await jobs.run.click();
  await jobs.phase("map").waitFor();
  await page.getByRole("button", { name: "Run to the end" }).click();
  const busy = page.getByRole("group", { name: "Running the job" });
  await jobs.reach("map", 30);
  await busy.getByRole("button", { name: "Cancel" }).click();
  await busy.waitFor({ state: "hidden" });
  expect(await jobs.equal.count()).toBe(0);
  for (const one of ["W1", "W3", "coordinator"]) await page.getByRole("button", { name: `Crash ${one}` }).click();
  await page.getByRole("button", { name: "Restart coordinator" }).click();
  await jobs.toTheEnd();
  expect(await jobs.tasks()).toMatch(/233 of 233 maps and 10 of 10 reduces done/);
  const duties = await occurrences("duty", "addresses");
  await until(
    () => jobs.lines("duty"),
    (lines) => lines.includes(`duty ${duties}`),
    `each “duty” of ${duties} is counted`,
  );
});

test("a job survives two crashes of workers whose disks hold its intermediate files", async ({ arrive }) => {
  const { lab, jobs } = await atJobs(arrive);
  const { page } = lab;
  await newRun(lab, { "Intermediate files": "workers' disks" });
  await lab.realTime();
  await jobs.program(WORD_COUNT);
  await jobs.run.click();
  await jobs.reach("map", 30);
  await page.getByRole("button", { name: "Crash W1" }).click();
  await jobs.reach("map", 60);
  await page.getByRole("button", { name: "Crash W3" }).click();
  await jobs.toTheEnd();
  const tasks = await jobs.tasks();
  expect(tasks).toMatch(/135 of 135 maps and 10 of 10 reduces done/);
  // What finished maps had written went down with their workers.
  expect(Number(/(\d+) lost/.exec(tasks)?.[1])).toBeGreaterThan(0);

  // The chart says of the crashed attempts what became of them.
  await page.getByText("As a table", { exact: true }).click();
  const attempts = page.getByRole("table", { name: "Attempts" });
  await attempts
    .getByText(/written was lost|ended by a crash/)
    .first()
    .waitFor();
});

test("a slow worker's task gets a backup, and the first to finish counts", async ({ arrive }) => {
  const { lab, jobs } = await atJobs(arrive);
  const { page } = lab;
  await newRun(lab, { "Backup tasks after, in seconds": "1" });
  await lab.realTime();
  await page.getByRole("combobox", { name: "Speed of W2" }).selectOption("a tenth");
  await jobs.run.click();
  await jobs.phase("map").waitFor();
  await jobs.toTheEnd();
  expect(Number(/(\d+) backups/.exec(await jobs.tasks())?.[1])).toBeGreaterThan(0);
});

test("a plain coordinator takes its job with it, a replicated one does not", async ({ arrive }) => {
  const { lab, jobs } = await atJobs(arrive);
  const { page } = lab;
  await lab.realTime();
  await jobs.run.click();
  await jobs.reach("map", 20);
  await page.getByRole("button", { name: "Crash coordinator" }).click();
  await page.getByRole("alert").filter({ hasText: "§3.3" }).waitFor();
  await page.getByRole("button", { name: "Submit again" }).click();
  await jobs.phase("map").waitFor();
  await jobs.toTheEnd();

  await newRun(lab, { Coordinator: "replicated" });
  await lab.realTime();
  await jobs.program(WORD_COUNT);
  await jobs.run.click();
  await jobs.reach("map", 20);
  await page.getByRole("button", { name: "Crash coordinator" }).click();
  await page.getByRole("button", { name: "Restart coordinator" }).click();
  await jobs.toTheEnd();
});

test("intermediate files can be found and read", async ({ arrive }) => {
  const { lab, jobs } = await atJobs(arrive);
  const { page } = lab;
  await lab.fast();
  await jobs.text("red green", "green blue");
  await jobs.run.click();
  await jobs.equal.waitFor({ timeout: 60_000 });
  await page.getByText("Files", { exact: true }).click();
  const files = page.getByRole("combobox", { name: "File", exact: true });
  const options = await until(
    () => files.locator("option").count(),
    (found) => found > 1,
    "the files are listed",
  );
  const read: string[] = [];
  for (let i = 1; i < options; i++) {
    await files.selectOption({ index: i });
    const contents = page.getByLabel(/^Contents of /);
    read.push(
      await until(
        () => contents.innerText(),
        (text) => text !== "Reading…",
        "the file is read",
      ),
    );
  }
  expect(read.join("\n")).toMatch(/"green"/);

  // Another job has other files, which are listed where these were.
  await jobs.text("brown");
  await jobs.run.click();
  await page.getByLabel("Output", { exact: true }).getByText("brown 1").waitFor();
  await page.getByRole("button", { name: "Look again" }).click();
  await files.waitFor();
  expect(await page.getByLabel(/^Contents of /).count()).toBe(0);
});

test("files that are too large or cannot be read are told of, before anything is read", async ({ arrive }) => {
  const { lab, jobs } = await atJobs(arrive);
  const { page } = lab;
  await jobs.text("one");
  await page.evaluate(() => {
    Blob.prototype.text = () => Promise.reject(new DOMException("It is a folder.", "NotFoundError"));
  });
  const add = (size: number) =>
    page.getByLabel("Text files").evaluate((input: HTMLInputElement, length) => {
      const chosen = new DataTransfer();
      chosen.items.add(new File(["a".repeat(length)], "novels"));
      input.files = chosen.files;
      input.dispatchEvent(new Event("change"));
    }, size);
  await add(5_000_000);
  await page.getByRole("alert").filter({ hasText: "5 MB of text" }).waitFor();
  await add(10);
  await page.getByRole("alert").filter({ hasText: "novels could not be read" }).waitFor();
});

test("the output shown is that of the run in view", async ({ arrive }) => {
  // Two runs that differ in nothing but what the program returns.
  const run = async (returns: string) => {
    const script = JSON.parse(inject("ownProgram"));
    const job = script.acts.map(({ act }: { act: { job?: unknown } }) => act.job).find(Boolean);
    job.app.script.code = `function map(key, value, emit) { emit("whale", "1") }\nfunction reduce() { return "${returns}" }`;
    return `#run=${await encoded(JSON.stringify(script))}`;
  };
  const page = await arrive({ hash: await run("one") });
  const agree = page.getByRole("button", { name: "Run this code" });
  await agree.click();
  const lab = await Lab.at(page);
  const jobs = new JobPanel(page);
  const output = page.getByLabel("Output", { exact: true });
  await lab.show("MapReduce");
  await jobs.equal.waitFor();
  await output.getByText("whale one").waitFor();

  await page.goto(page.url().replace(/#.*/, "") + (await run("two")));
  await agree.click();
  await output.getByText("whale two").waitFor();
});

test("code in a link is shown first and runs after a click only", async ({ arrive }) => {
  const { lab, jobs } = await atJobs(arrive);
  await lab.fast();
  await jobs.text("one two two");
  await jobs.program(WORD_COUNT);
  await jobs.run.click();
  await jobs.equal.waitFor({ timeout: 60_000 });
  await lab.pause();
  const link = await lab.link();
  const hash = link.slice(link.indexOf("#"));

  for (const choice of ["Run this code", "Open without running", "Do not open it"]) {
    const page = await arrive({ hash });
    const gate = page.getByRole("dialog", { name: "This run holds code" });
    await gate.waitFor();
    await gate.getByText("emit(word").waitFor();
    const friend = new Lab(page);
    await gate.getByRole("button", { name: choice }).click();
    await gate.waitFor({ state: "hidden" });
    await friend.leader();
    await friend.show("MapReduce");
    const theirs = new JobPanel(page);
    if (choice === "Run this code") {
      await theirs.equal.waitFor({ timeout: 60_000 });
      expect(await theirs.lines("two")).toEqual(["two 2"]);
      continue;
    }
    expect(await theirs.equal.count()).toBe(0);
    if (choice === "Do not open it") continue;
    await friend.fast();
    await friend.play();
    await theirs.trouble.waitFor({ timeout: 60_000 });
    // And no other program runs in a run that holds one which nobody has agreed to.
    await friend.pause();
    await theirs.program(WORD_COUNT);
    await theirs.run.click();
    await page.getByRole("alert").filter({ hasText: "chose not to run" }).waitFor();
  }
});

// ── Programs that mean no good ───────────────────────────────────────────────────────────────────────────────────────

const hostile = inject("hostile");

/** Nothing that a program does may keep the page from answering for so long, on however busy a machine. */
const UNBEARABLE_MS = 1_000;

/** So many in one visit: each begins where the last one left the page. */
const A_VISIT = 41;

describe("a hostile program ends with a clear error, and the page stays", () => {
  test("there is a list of them", () => {
    expect(hostile.length).toBeGreaterThan(100);
  });

  for (let first = 0; first < hostile.length; first += A_VISIT) {
    const these = hostile.slice(first, first + A_VISIT);
    test(`from “${these[0]?.name}” on`, { timeout: 600_000 }, async ({ arrive }) => {
      const { lab, jobs } = await atJobs(arrive);
      await lab.fast();
      await jobs.text("one two", "two three");
      await lab.page.getByRole("spinbutton", { name: "Reduce tasks" }).fill("1");
      // What a program combines with is called only then.
      await lab.page.getByRole("checkbox", { name: "Combiner" }).check();
      // The interpreter and the editor are fetched and compiled for the first job, whatever it is; that is not what is timed below.
      await goodJob(jobs, "a good job is done");
      const busy = await Busy.of(lab);
      for (const { name, code, ends } of these) {
        await jobs.program(code);
        await busy.longestTask();
        await jobs.run.click();
        const over = ends === "fine" ? jobs.equal : jobs.trouble;
        // A click is handled at once, whatever the program does meanwhile.
        for (let i = 0; i < 5; i++) {
          expect(await busy.clickHandledIn(), name).toBeLessThan(200);
          if (await over.isVisible()) break;
          await new Promise((done) => setTimeout(done, 100));
        }
        const told = await until(
          async () => ((await over.isVisible()) ? over.textContent() : null),
          (text) => text !== null,
          `“${name}” ends with ${ends}`,
        );
        expect((told ?? "").length, name).toBeGreaterThan(20);
        expect(await busy.longestTask(), name).toBeLessThan(UNBEARABLE_MS);

        // The next job is as good as any.
        await goodJob(jobs, `a good job is done after “${name}”`);
      }
    });
  }
});

async function goodJob(jobs: JobPanel, claim: string) {
  await jobs.program(WORD_COUNT);
  await jobs.run.click();
  await jobs.trouble.waitFor({ state: "hidden" });
  await until(
    async () => ((await jobs.equal.isVisible()) ? jobs.lines("two") : []),
    (lines) => lines[0] === "two 2",
    claim,
  );
}

/**
 * How long the page's own thread computes, in its processor's time: whatever else the machine does meanwhile is not counted. And
 * for how long at a stretch it answered nobody, which is the time of a clock.
 */
class Busy {
  readonly #lab: Lab;
  readonly #devtools: CDPSession;

  private constructor(lab: Lab, devtools: CDPSession) {
    this.#lab = lab;
    this.#devtools = devtools;
  }

  static async of(lab: Lab): Promise<Busy> {
    const devtools = await lab.page.context().newCDPSession(lab.page);
    await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
    await lab.page.evaluate(() => {
      const tasks = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longest.ms = Math.max(longest.ms, duration);
      });
      const longest = { ms: 0 };
      Object.assign(globalThis, { longest });
      tasks.observe({ type: "longtask" });
    });
    return new Busy(lab, devtools);
  }

  /** Clicks, waits until that is done and drawn, and tells how many milliseconds of computing that took. */
  async clickHandledIn(): Promise<number> {
    const button = this.#lab.page.getByRole("button", { name: /^Theme:/ });
    const before = await button.getAttribute("aria-label");
    const began = await this.#computed();
    await button.click();
    await until(
      () => button.getAttribute("aria-label"),
      (now) => now !== before,
      "a click is handled",
    );
    return (await this.#computed()) - began;
  }

  /** The longest stretch since this was last asked, in milliseconds. */
  longestTask(): Promise<number> {
    return this.#lab.page.evaluate(() => {
      const { longest } = globalThis as unknown as { longest: { ms: number } };
      const { ms } = longest;
      longest.ms = 0;
      return ms;
    });
  }

  async #computed(): Promise<number> {
    const { metrics } = await this.#devtools.send("Performance.getMetrics");
    const seconds = metrics.find(({ name }) => name === "ThreadTime")?.value;
    if (seconds === undefined) throw new Error("The browser does not tell what the page computes.");
    return 1_000 * seconds;
  }
}
