import { expect } from "vitest";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

for (const size of EVERY_SIZE) {
  test(`the course's tests run in the page, and any of them opens as a run (${size})`, async ({ arrive }) => {
    const lab = await Lab.at(await arrive({ size }));
    const { page } = lab;
    await lab.show("Labs");
    const suites = ["1", "2A", "2B", "2C", "2D", "3A", "3B"];
    const table = (suite: string) => page.getByRole("table", { name: `Tests of ${suite}` });
    for (const suite of suites) await table(suite).waitFor();
    await page.getByRole("button", { name: "Run all" }).click();
    await page.getByText(/of 60 passed/).waitFor();
    for (const suite of suites)
      expect(await table(suite).getByRole("img", { name: "passed" }).count()).toBe(
        (await table(suite).getByRole("row").count()) - 1,
      );
    await page.getByText("60 of 60 passed").waitFor();

    // Seconds, RPCs, bytes and commits, each with the handout's under it.
    const row = table("2A").getByRole("row", { name: /initial election/ });
    const [, seconds, rpcs, bytes, commits] = await row.getByRole("cell").allTextContents();
    expect(seconds).toMatch(/^\d\.\d3\.5$/);
    expect(rpcs).toMatch(/^\d+58$/);
    expect(bytes).toMatch(/KB17 KB$/);
    expect(commits).toBe("00");

    await table("2B").getByRole("button", { name: "Open basic agreement" }).click();
    const leader = await lab.leader((one) => one.log > 0);
    expect(await lab.servers()).toHaveLength(3);
    expect(leader.committed).toBeGreaterThan(0);
    // It is the run itself: it goes on, and back to its beginning.
    await page.getByRole("slider", { name: "Time" }).press("Home");
    await page.getByRole("slider", { name: "Time" }).fill("0");
    await until(
      () => lab.now(),
      (now) => now === 0,
      "the beginning is shown",
    );
    expect((await lab.servers()).every((one) => one.role === "follower")).toBe(true);
  });
}

test("a run of tests is cancelled half-way, and what has run keeps its result", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.show("Labs");
  const tables = page.getByRole("table", { name: /^Tests of/ });
  await tables.first().waitFor();
  const cancel = page.getByRole("group", { name: "Running the tests" }).getByRole("button", { name: "Cancel" });
  // In one go, before the next test is through.
  await page.getByRole("button", { name: "Run all" }).click();
  await cancel.click();
  await until(
    () => cancel.count(),
    (n) => n === 0,
    "it stops",
  );
  expect(await tables.getByRole("img", { name: "passed" }).count()).toBeLessThan(60);
  await page.getByRole("button", { name: "Run 2A" }).click();
  await until(
    () => page.getByRole("table", { name: "Tests of 2A" }).getByRole("img", { name: "passed" }).count(),
    (n) => n === 3,
    "2A runs afterwards",
  );
});

test("a rule that is off is noticed by the course's tests, and the failed run is branded", async ({ arrive }) => {
  const lab = await Lab.at(await arrive());
  const { page } = lab;
  await lab.show("Rules");
  await page.getByRole("searchbox", { name: "Search the rules" }).fill("majority");
  await page.getByRole("switch", { name: "Majority to win" }).press("Space");
  await page.getByText(/majority to win switched off: not the real protocol/).waitFor();
  await lab.show("Labs");
  await page.getByRole("checkbox", { name: /without majority to win/ }).click();
  await page.getByRole("button", { name: "Run 2A" }).click();
  const failed = page
    .getByRole("table", { name: "Tests of 2A" })
    .getByRole("row")
    .filter({
      has: page.getByRole("img", { name: "failed" }),
    });
  await failed.first().waitFor();
  await failed.first().getByRole("button", { name: /^Open/ }).click();
  await until(
    () => page.getByRole("button", { name: /propert(y|ies) broken/ }).count(),
    (n) => n > 0,
    "the run shows where it broke",
  );
  await page.getByText(/majority to win switched off: not the real protocol/).waitFor();
});
