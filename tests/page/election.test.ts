import { expect } from "vitest";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

for (const size of EVERY_SIZE) {
  test(`the leader is crashed, another server wins a higher term, and the old one rejoins as a follower (${size})`, async ({
    arrive,
  }) => {
    const lab = await Lab.at(await arrive({ size }));
    await lab.fast();
    const old = await lab.leader();
    await lab.doBreak("Crash the leader");
    const next = await lab.leader((leader) => leader.name !== old.name);
    expect(next.term).toBeGreaterThan(old.term);
    expect((await lab.servers()).find((server) => server.name === old.name)?.role).toBe("crashed");

    await lab.server(old.name).click();
    const inspector = lab.page.getByRole("region", { name: "Inspector" });
    await inspector.getByRole("button", { name: /^Restart/ }).click();
    await until(
      async () => (await lab.servers()).find((server) => server.name === old.name),
      (server) => server?.role === "follower" && server.term >= next.term,
      "the restarted server follows in the new term",
    );
  });
}
