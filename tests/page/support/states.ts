// Everything the page can look like that a rule about looks must hold in: every panel, every dialog, an election, a partition,
// a job half done and done.

import type { Lab } from "./lab.js";

const DIALOGS = [
  ["Share", "Share this run"],
  [/^New run/, "New run"],
  ["Keys", "Keys"],
] as const;

/** Brings the page into each state in turn and calls `look` there. Paused throughout, so that what is looked at holds still. */
export async function everyState(lab: Lab, look: (state: string) => Promise<void>): Promise<void> {
  const { page } = lab;
  const banner = page.getByRole("banner");
  await lab.pause();
  await look("the first moment");

  await lab.show("Key/value");
  await look("the key/value panel, empty");
  await lab.fast();
  await lab.play();
  await lab.send("C1", "put name Ishmael");
  await lab.send("C1", "append name , some years ago never mind how long precisely having little money in my purse");
  await lab.send("C1", "get name");
  await lab.replied("C1", "get name");
  await lab.pause();
  await look("the key/value panel");
  await page.getByRole("button", { name: "get name" }).click();
  await page.getByText(/^Steady load:/).click();
  await page.getByRole("textbox", { name: "Operation" }).fill("get n");
  await page.getByRole("combobox", { name: "Verb" }).selectOption("cas");
  await look("the way of an operation, completions and the sliders of a load");
  await lab.show("History");
  await page.getByRole("region", { name: "Verdict" }).waitFor();
  await page.getByRole("application", { name: "Operations over time" }).press("Home");
  await look("the history of the run");
  await page.getByRole("button", { name: "A stale read" }).click();
  await page.getByRole("button", { name: "Jump to the first error" }).click();
  await page.getByText("As a table").click();
  await look("a history with an error");

  await lab.doBreak("Crash the leader");
  // Step by step: an election is over in milliseconds.
  const candidates = lab.stage.getByRole("button", { name: /^S\d, candidate/ });
  while ((await candidates.count()) === 0)
    await banner.getByRole("button", { name: /^(Step$|One step forward)/ }).click();
  await lab.settled();
  await lab.show("Logs");
  await look("an election");

  await lab.server("S1").click();
  await page.getByRole("region", { name: "Inspector" }).waitFor();
  await look("the inspector of a server");
  await page
    .getByRole("button", { name: /^Close/ })
    .or(page.getByRole("button", { name: "Deselect" }))
    .first()
    .click();

  await banner.getByRole("button", { name: /^Break/ }).click();
  await page.getByRole("menu").waitFor();
  await look("the menu of faults");
  await page.keyboard.press("Escape");

  await page.locator("split-brain").focus();
  await page.keyboard.press("p");
  await page.getByRole("dialog").waitFor();
  await look("the partition dialog");
  await page.getByRole("button", { name: "Partition", exact: true }).click();
  await lab.button(/^Heal/).waitFor();
  await look("a partition");
  for (const tab of ["Checks", "Steps", "Rules", "Stories", "Labs", "MapReduce"] as const) {
    await lab.show(tab);
    // These two fetch what they list.
    if (tab === "Stories") await page.getByRole("list", { name: "Stories of Raft" }).waitFor();
    if (tab === "Labs") await page.getByRole("table", { name: "Tests of 2A" }).waitFor();
    await look(`the panel ${tab}`);
  }
  for (const [button, name] of DIALOGS) {
    // A phone's header has no room for the run's shape: there the key is the way.
    if (name === "New run") {
      await page.locator("split-brain").focus();
      await page.keyboard.press("n");
    } else await banner.getByRole("button", { name: button }).click();
    await page.getByRole("dialog", { name }).waitFor();
    await look(`the dialog ${name}`);
    await page.getByRole("button", { name: "Close", exact: true }).click();
  }

  await page.getByRole("button", { name: "Link S1 – S2", exact: false }).focus();
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Link S1 – S2" }).waitFor();
  await look("the menu of a link");
  await page.keyboard.press("Escape");

  await page.getByRole("combobox", { name: "Application" }).selectOption("My own program");
  await page.getByRole("textbox", { name: "Program" }).fill("function map(key, value, emit) {\n  emit(key,\n}\n");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByText(/^line \d+, column \d+: /).waitFor();
  await page.getByRole("combobox", { name: "Text" }).selectOption("My own…");
  await look("a program with an error");
  await page.getByRole("combobox", { name: "Text" }).selectOption("Moby Dick, 135 chapters");
  await page.getByRole("combobox", { name: "Application" }).selectOption("Distributed grep");
  await look("an application with a pattern");
  await page.getByRole("combobox", { name: "Application" }).selectOption("Word count");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByRole("progressbar", { name: "map tasks done" }).waitFor();
  await lab.pause();
  await page.getByRole("button", { name: "Crash W2" }).click();
  await page.getByRole("table", { name: "Workers" }).getByText("crashed").waitFor();
  await look("a job");
  await page.getByRole("button", { name: "Run to the end" }).click();
  await page.getByText("✓ The output equals the sequential run's.").waitFor({ timeout: 90_000 });
  await page.getByRole("searchbox", { name: "Search the output" }).waitFor();
  await lab.pause();
  await look("a job's output");
  await page.getByRole("application", { name: "Attempts by worker" }).press("End");
  await page.getByText("As a table", { exact: true }).click();
  await page.getByText("Files", { exact: true }).click();
  await page.getByRole("combobox", { name: "File", exact: true }).selectOption({ index: 1 });
  await page.getByLabel(/^Contents of /).waitFor();
  await look("a job's attempts and files");
}
