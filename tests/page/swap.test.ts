// The first job brings an engine that runs jobs in the place of the one that the page begins with. Nobody should notice.

import { expect } from "vitest";
import { decoded } from "./support/code.js";
import { JobPanel } from "./support/job.js";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

/** A paused run with two branches, standing on the second, some way before its end. */
async function twoBranches(lab: Lab) {
  const { page } = lab;
  await lab.fast();
  const leader = await lab.leader();
  await lab.doBreak("Crash the leader");
  await lab.leader((one) => one.name !== leader.name);
  await lab.pause();
  const ended = await lab.back("Previous election");
  await lab.doBreak("Crash a follower");
  await page.getByRole("combobox", { name: "Branch" }).waitFor();
  await lab.play();
  await until(
    () => lab.now(),
    (now) => now > ended + 500_000,
    "the second branch goes further than the first",
  );
  await lab.pause();
  await page.getByRole("slider", { name: "Time" }).press("PageDown");
  await lab.settled();
}

/** All that tells a run from another: its acts, moment and fingerprint, the branches, and how it looks over time. */
async function whole(lab: Lab) {
  const { page } = lab;
  const branch = page.getByRole("combobox", { name: "Branch" });
  const run: { acts: unknown; saved: unknown; fingerprint: string; config: unknown } = JSON.parse(
    await decoded(new URL(await lab.link()).hash),
  );
  // What an engine calls itself does not matter here.
  const { acts, saved, fingerprint, config } = run;
  expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
  return {
    run: { acts, saved, fingerprint, config },
    now: await lab.now(),
    servers: await lab.servers(),
    headline: await page.getByRole("heading", { level: 1 }).textContent(),
    branches: await branch.getByRole("option").allInnerTexts(),
    current: await branch.inputValue(),
    picture: await page.locator("sb-timeline canvas").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL()),
  };
}

/** The same of another branch, at its end. */
async function atEndOf(lab: Lab, index: number) {
  const { page } = lab;
  await page.getByRole("combobox", { name: "Branch" }).selectOption({ index });
  await lab.settled();
  await page.getByRole("slider", { name: "Time" }).press("End");
  await lab.settled();
  return whole(lab);
}

for (const size of EVERY_SIZE) {
  test(`the first job finds both branches, their marks and the moment as they were (${size})`, async ({ arrive }) => {
    const lab = await Lab.at(await arrive({ size }));
    const { page } = lab;
    await twoBranches(lab);
    const first = await atEndOf(lab, 0);
    await atEndOf(lab, 1);
    await page.getByRole("slider", { name: "Time" }).press("PageDown");
    await lab.settled();
    await lab.show("MapReduce");
    const before = await whole(lab);
    expect(before.branches.length).toBe(2);
    expect(before.current).toBe("1");

    // A program that is refused changes nothing, but it is another engine that has refused it.
    const jobs = new JobPanel(page);
    await jobs.text("one two two");
    await jobs.program("function map( {");
    await jobs.run.click();
    await page
      .getByRole("alert")
      .filter({ hasText: /^line 1/ })
      .waitFor();
    expect(await whole(lab)).toEqual(before);
    // Nor has it forgotten what it is not asked for every time: the marks of the other branch, and of this one.
    expect(await atEndOf(lab, 0)).toEqual(first);
    await atEndOf(lab, 1);
    await page.getByRole("slider", { name: "Time" }).press("PageDown");
    await lab.settled();
    expect(await whole(lab)).toEqual(before);

    // And a job is one more act, at this moment. It begins a third branch, since it is in the past.
    await jobs.choose("Word count");
    await jobs.run.click();
    await jobs.equal.waitFor({ timeout: 60_000 });
    await lab.pause();
    const after = await whole(lab);
    expect(after.run.acts).toHaveLength((before.run.acts as unknown[]).length + 1);
    expect(after.run.acts).toEqual([...(before.run.acts as unknown[]), expect.anything()]);
    expect(after.branches.slice(0, 2)).toEqual(before.branches);

    const still = await atEndOf(lab, 0);
    expect({ ...still, branches: [], picture: "" }).toEqual({ ...first, branches: [], picture: "" });
  });
}

test("a link to a run with a job shows the job as it was", async ({ arrive }) => {
  const mine = await Lab.at(await arrive());
  await mine.fast();
  await mine.show("MapReduce");
  const jobs = new JobPanel(mine.page);
  await jobs.text("one two", "two three");
  await jobs.run.click();
  await jobs.equal.waitFor({ timeout: 60_000 });
  await mine.pause();
  const { hash } = new URL(await mine.link());

  const theirs = await Lab.at(await arrive({ hash }));
  await theirs.show("MapReduce");
  const seen = new JobPanel(theirs.page);
  await seen.equal.waitFor({ timeout: 60_000 });
  await theirs.settled();
  expect(await seen.tasks()).toBe(await jobs.tasks());
  expect(await seen.lines("two")).toEqual(["two 2"]);
  expect(await theirs.now()).toBe(await mine.now());
  const run = async (lab: Lab) => JSON.parse(await decoded(new URL(await lab.link()).hash));
  expect(await run(theirs)).toEqual(await run(mine));
  expect(await theirs.page.getByRole("alert").count()).toBe(0);
});
