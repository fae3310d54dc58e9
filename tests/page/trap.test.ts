import { expect } from "vitest";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

for (const size of EVERY_SIZE) {
  test(`after a trap in the engine a fresh one shows the same moment, and the page says so (${size})`, async ({
    arrive,
  }) => {
    const lab = await Lab.at(await arrive({ size, excused: /a test asked for it/ }));
    const { page } = lab;
    await lab.fast();
    await lab.show("Key/value");
    await lab.send("C1", "put x 1");
    await lab.replied("C1", "put x 1");
    const old = await lab.leader();
    await lab.doBreak("Crash the leader");
    await lab.leader((leader) => leader.name !== old.name);
    await lab.pause();
    await lab.show("Logs");
    const before = { now: await lab.now(), servers: await lab.servers(), logs: await lab.logs() };

    const engines = new Set(page.workers());
    expect(engines.size).toBe(1);
    await page.evaluate(() =>
      (document.querySelector("split-brain") as unknown as { provokeTrap(): Promise<void> }).provokeTrap(),
    );
    const alert = page.getByRole("alert").filter({ hasText: /\w/ });
    await alert.waitFor();
    expect(await alert.innerText()).toMatch(/engine stopped.*fresh one was started.*restored/s);
    await until(
      () => lab.now(),
      (now) => now === before.now,
      "the moment is back",
    );
    await lab.settled();
    expect({ now: await lab.now(), servers: await lab.servers(), logs: await lab.logs() }).toEqual(before);
    expect(page.workers()).toHaveLength(1);
    expect(page.workers().some((worker) => engines.has(worker))).toBe(false);

    // It is a cluster like any other: it goes on, and remembers.
    await alert.getByRole("button", { name: "Dismiss" }).click();
    await lab.play();
    await lab.show("Key/value");
    await lab.send("C2", "get x");
    expect((await lab.replied("C2", "get x"))[2]).toBe("1");
  });
}
