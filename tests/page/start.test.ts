import { expect } from "vitest";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

/** The claim is two seconds on a machine with nothing else to do; a test runs on one that is building and testing. */
const ON_A_BUSY_MACHINE = 10_000;

for (const size of EVERY_SIZE) {
  test(`a live cluster with a leader is there soon after loading (${size})`, async ({ arrive }) => {
    const page = await arrive({ size });
    const lab = await Lab.at(page);
    const took = await page.evaluate(() => performance.now());
    console.log(`a leader ${Math.round(took)} ms after navigation began (${size})`);
    expect(took).toBeLessThan(ON_A_BUSY_MACHINE);

    const servers = await lab.servers();
    expect(servers.map((server) => server.name)).toEqual(["S1", "S2", "S3", "S4", "S5"]);
    expect(servers.filter((server) => server.role === "leader")).toHaveLength(1);

    // Alive: time goes on without anybody touching anything.
    const then = await lab.now();
    await until(
      () => lab.now(),
      (now) => now > then,
      "time goes on",
    );
    await expect.poll(() => page.getByRole("heading", { level: 1 }).textContent()).toMatch(/S\d/);
  });
}
