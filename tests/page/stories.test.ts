import { expect } from "vitest";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, test } from "./support/visit.js";

for (const size of EVERY_SIZE) {
  test(`a story opens as a run and is told beat by beat (${size})`, async ({ arrive }) => {
    const lab = await Lab.at(await arrive({ size }));
    const { page } = lab;
    await lab.show("Stories");
    for (const room of ["Raft", "Key/value service", "MapReduce"])
      await page
        .getByRole("list", { name: `Stories of ${room}` })
        .getByRole("button")
        .first()
        .waitFor();
    await page.getByRole("button", { name: /^A partitioned leader rejoins/ }).click();
    const story = page.getByRole("region", { name: "Story", exact: true });
    await story.getByText("Five servers agree on a leader").waitFor();
    expect(await lab.now()).toBe(0);
    // On a phone the list stands far below the stage: the words have come into sight, under the header.
    const header = (await page.getByRole("banner").boundingBox())?.height ?? 0;
    await until(
      async () => (await story.boundingBox())?.y ?? -1,
      (top) => top >= header && top < (page.viewportSize()?.height ?? 0) / 2,
      "the story's words are in sight",
    );

    // Played to the next beat, where it stops by itself.
    await lab.fast();
    await story.getByRole("button", { name: "Next beat", exact: true }).click();
    await story.getByText("The network splits.").waitFor();
    await lab.playButton("Play").waitFor();
    const split = await lab.now();
    expect(split).toBeGreaterThan(0);

    await story.getByRole("button", { name: "Skip to the next beat" }).click();
    await story.getByText("The old leader took the command into its log.").waitFor();
    await page.getByText(/^Partition: /).waitFor();
    await story.getByRole("button", { name: "Back a beat" }).click();
    await until(
      () => lab.now(),
      (now) => now === split,
      "the beat before is back",
    );
    const beats = page.getByRole("list", { name: "Beats" });
    expect(await beats.locator("[aria-current=step]").textContent()).toContain("The network splits.");
    await beats.getByRole("button").last().click();
    await story.getByText("6 of 6").waitFor();
    expect((await lab.servers()).filter((one) => one.role === "leader")).toHaveLength(1);

    await story.getByRole("button", { name: "End the story" }).click();
    await until(
      () => story.count(),
      (n) => n === 0,
      "the run stays without its story",
    );
  });
}
