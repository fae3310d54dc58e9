import { expect } from "vitest";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

const STEPS = 15;

/** Steps forward `n` times, reading each step as the panel tells it. */
async function walk(lab: Lab, n: number): Promise<string[]> {
  const told: string[] = [];
  let at = await lab.step();
  for (let i = 0; i < n; i++) {
    await lab.page.keyboard.press("ArrowRight");
    const before = at;
    at = await until(
      () => lab.step(),
      (step) => step > before,
      "a step is made",
    );
    told.push((await lab.page.locator("[aria-current=step]").first().innerText()).replace(/\s+/g, " "));
  }
  return told;
}

/** All steps are listed, routine ones too, so that the current one is always marked. */
async function listAllSteps(lab: Lab) {
  await lab.show("Steps");
  await lab.page.getByRole("group", { name: "Kinds of step" }).getByRole("button", { name: "Routine" }).click();
}

for (const size of EVERY_SIZE) {
  test(`back at the crash, stepping forward gives the same steps again (${size})`, async ({ arrive }) => {
    const lab = await Lab.at(await arrive({ size }));
    await lab.pause();
    await listAllSteps(lab);
    await lab.doBreak("Crash the leader");
    await until(async () => (await lab.servers()).some((one) => one.role === "crashed"), Boolean, "the leader is down");
    await lab.page.locator("split-brain").focus();
    const first = await walk(lab, STEPS);
    const servers = await lab.servers();

    const end = await lab.back("Previous fault");
    // The seek ends at the moment of the crash: the walk begins with the step after it.
    await lab.page.locator("split-brain").focus();
    const again = await walk(lab, STEPS);
    expect(again).toEqual(first);
    expect(await lab.now()).toBe(end);
    expect(await lab.servers()).toEqual(servers);
  });

  test(`dragging the timeline back shows an earlier moment, and forth the later one again (${size})`, async ({
    arrive,
  }) => {
    const lab = await Lab.at(await arrive({ size }));
    await lab.fast();
    await until(
      () => lab.now(),
      (now) => now > 1_500_000,
      "a second and a half have passed",
    );
    await lab.pause();
    const end = await lab.now();
    const servers = await lab.servers();
    const time = lab.page.getByRole("slider", { name: "Time" });
    await time.scrollIntoViewIfNeeded();
    const box = await time.boundingBox();
    if (!box) throw new Error("the timeline is not drawn");
    const y = box.y + box.height / 2;
    const max = Number(await time.getAttribute("max"));
    const x = box.x + (box.width * end) / max;
    await lab.page.mouse.move(x, y);
    await lab.page.mouse.down();
    await lab.page.mouse.move(box.x + box.width * 0.2, y, { steps: 5 });
    await until(
      () => lab.now(),
      (now) => now < end / 2,
      "the moment shown is earlier",
    );
    await lab.page.mouse.move(box.x + box.width, y, { steps: 5 });
    await lab.page.mouse.up();
    await until(
      () => lab.now(),
      (now) => now === end,
      "the last moment is back",
    );
    await until(
      async () => JSON.stringify(await lab.servers()),
      (now) => now === JSON.stringify(servers),
      "so are its servers",
    );
  });
}

test("one step back undoes one step forward exactly", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  await lab.pause();
  await listAllSteps(lab);
  const { page } = lab;
  await page.locator("split-brain").focus();
  await walk(lab, 1);
  const [step, now, servers] = [await lab.step(), await lab.now(), await lab.servers()];
  await walk(lab, 5);
  for (let i = 5; i > 0; i--) {
    const from = await lab.step();
    await page.keyboard.press("ArrowLeft");
    await until(
      () => lab.step(),
      (at) => at < from,
      "a step is taken back",
    );
  }
  expect([await lab.step(), await lab.now(), await lab.servers()]).toEqual([step, now, servers]);
});

test("acting in the past starts a branch, and the old branch is still there", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.fast();
  const leader = await lab.leader();
  await lab.doBreak("Crash the leader");
  const heir = await lab.leader((one) => one.name !== leader.name);
  await lab.pause();
  expect(await page.getByRole("combobox", { name: "Branch" }).count()).toBe(0);

  // Back to before the crash, where the leader still leads.
  const ended = await lab.back("Previous election");
  await page.getByRole("slider", { name: "Time" }).press("PageDown");
  await page.getByRole("slider", { name: "Time" }).press("PageDown");
  await until(
    async () => (await lab.servers()).find((one) => one.name === leader.name)?.role,
    (role) => role === "leader",
    "the crash has not happened yet",
  );
  await lab.settled();
  const other = (await lab.servers()).find((one) => one.role === "follower" && one.name !== heir.name)?.name ?? "";
  await lab.server(other).click();
  await page.getByRole("region", { name: "Inspector" }).getByRole("button", { name: "Crash", exact: true }).click();
  const branch = page.getByRole("combobox", { name: "Branch" });
  await branch.waitFor();
  expect(await branch.getByRole("option").count()).toBe(2);
  await lab.play();
  await until(
    () => lab.now(),
    (now) => now > ended,
    "the new branch goes beyond the old one's end",
  );
  await lab.pause();
  const roles = new Map((await lab.servers()).map((one) => [one.name, one.role]));
  expect([roles.get(leader.name), roles.get(other)]).toEqual(["leader", "crashed"]);

  // The old branch still ends as it did.
  await branch.selectOption({ index: 0 });
  await page.getByRole("slider", { name: "Time" }).press("End");
  await until(
    async () => new Map((await lab.servers()).map((one) => [one.name, one.role])),
    (old) => old.get(leader.name) === "crashed" && old.get(heir.name) === "leader" && old.get(other) === "follower",
    "the old branch is as it was",
  );
});
