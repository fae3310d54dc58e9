import { expect, inject } from "vitest";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

for (const size of EVERY_SIZE) {
  test(`Moby Dick's words are counted right although a worker is crashed half-way (${size})`, async ({ arrive }) => {
    const lab = await Lab.at(await arrive({ size }));
    const { page } = lab;
    await lab.realTime();
    await lab.show("MapReduce");
    expect(await page.getByRole("spinbutton", { name: "Reduce tasks" }).inputValue()).toBe("10");
    await page.getByRole("button", { name: "Run", exact: true }).click();
    const workers = page.getByRole("table", { name: "Workers" });
    // The coordinator and four workers under a head.
    expect(await workers.getByRole("row").count()).toBe(1 + 1 + 4);

    const maps = page.getByRole("progressbar", { name: "map tasks done" });
    await maps.waitFor();
    const done = () => maps.evaluate((bar: HTMLProgressElement) => bar.value);
    const all = await maps.evaluate((bar: HTMLProgressElement) => bar.max);
    expect(all).toBe(135);
    await until(done, (n) => n >= all / 2, "half of the chapters are mapped");
    // One that is at its task, by steps to where there is one.
    await lab.pause();
    const busy = workers.getByRole("row").filter({ hasText: "computes" });
    while ((await busy.count()) === 0) {
      await lab.button("Step").click();
      await lab.settled();
    }
    await busy
      .first()
      .getByRole("button", { name: /^Crash W/ })
      .click();
    await workers.getByText("crashed").waitFor();
    expect(await done()).toBeLessThan(all);

    await page.getByRole("button", { name: "Run to the end" }).click();
    await page.getByText("✓ The output equals the sequential run's.").waitFor({ timeout: 90_000 });
    expect(await done()).toBe(all);
    // The crashed worker's task was given to another.
    expect(await page.getByRole("img", { name: /^Tasks:/ }).getAttribute("aria-label")).toMatch(
      /135 of 135 maps and 10 of 10 reduces done, [1-9]\d* re-issued/,
    );
    await workers.getByText("crashed").waitFor();

    const search = page.getByRole("searchbox", { name: "Search the output" });
    const counts = wordCounts(await mobyDick());
    for (const word of ["whale", "Ishmael", "harpooneer"]) {
      await search.fill(word);
      const lines = async () => ((await page.getByLabel("Output", { exact: true }).textContent()) ?? "").split("\n");
      await until(lines, (shown) => shown.includes(`${word} ${counts.get(word)}`), `${word} is counted as in the text`);
    }
  });
}

test("an inverted index of text pasted by hand names the inputs of every word", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.fast();
  await lab.show("MapReduce");
  await page.getByRole("combobox", { name: "Application" }).selectOption("Inverted index");
  await page.getByRole("combobox", { name: "Text" }).selectOption("My own…");
  await page.getByRole("textbox", { name: "Text to run on" }).fill("red green\n\ngreen blue");
  await page.getByRole("button", { name: "Run", exact: true }).click();
  await page.getByText("✓ The output equals the sequential run's.").waitFor();
  const output = (await page.getByLabel("Output", { exact: true }).textContent()) ?? "";
  expect(output.split("\n").sort()).toEqual(["blue 1 pasted-002", "green 2 pasted-001,pasted-002", "red 1 pasted-001"]);
});

async function mobyDick(): Promise<string> {
  const chapters = await (await fetch(new URL("texts/moby-dick.json", inject("address")))).json();
  return (chapters as { text: string }[]).map((chapter) => chapter.text).join("\n");
}

/** A word is a run of letters, as in the MapReduce lab. */
function wordCounts(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(/\p{Alphabetic}+/gu)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}
