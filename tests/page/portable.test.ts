import { expect, inject } from "vitest";
import { encoded } from "./support/code.js";
import { Lab } from "./support/lab.js";
import { test } from "./support/visit.js";

// Recorded natively, where tests/tests/own_program.rs replays it: sines, powers and logarithms included.
test("a job of one's own gives the fingerprint in the browser that it gives natively", async ({ arrive }) => {
  const json = inject("ownProgram");
  expect(JSON.parse(json).fingerprint).toMatch(/^[0-9a-f]{16}$/);
  const page = await arrive({ hash: `#run=${await encoded(json)}` });
  await page.getByRole("button", { name: "Run this code" }).click();
  const lab = await Lab.at(page);
  await lab.show("MapReduce");
  await page.getByText("✓ The output equals the sequential run's.").waitFor();
  expect(await page.getByText(/the engine has changed/).count()).toBe(0);
  expect(await lab.now()).toBe(JSON.parse(json).saved.at);
});
