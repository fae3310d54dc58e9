import { expect } from "vitest";
import { Lab, until } from "./support/lab.js";
import { EVERY_SIZE, type Size, test } from "./support/visit.js";

/** Ways to part the leader and its neighbour from the other three, each by its own hands. */
const CUTS: {
  by: string;
  sizes: Size[];
  cut: (lab: Lab, minority: readonly string[]) => Promise<void>;
  heal: (lab: Lab) => Promise<void>;
}[] = [
  {
    by: "a line drawn across the stage",
    sizes: EVERY_SIZE,
    cut: drawLine,
    heal: (lab) => lab.button(/^Heal/).click(),
  },
  {
    by: "keys alone",
    sizes: ["desk"],
    // The dialog proposes the leader and its neighbour as one side.
    cut: async ({ page }) => {
      await page.keyboard.press("p");
      await page.getByRole("dialog", { name: "Partition the servers" }).waitFor();
      const button = page.getByRole("button", { name: "Partition", exact: true });
      while (!(await button.evaluate((one) => one.matches(":focus")))) await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
    },
    heal: ({ page }) => page.keyboard.press("h"),
  },
];

for (const { by, sizes, cut, heal } of CUTS) {
  for (const size of sizes) {
    test(`a minority parted by ${by} makes no progress and catches up when healed (${size})`, async ({ arrive }) => {
      const lab = await Lab.at(await arrive({ size }));
      await lab.show("Key/value");
      await lab.page.getByRole("switch", { name: "Steady load by C1" }).press("Space");
      await lab.leader((leader) => leader.committed >= 3);
      await lab.pause();

      const before = await lab.servers();
      const at = before.findIndex((server) => server.role === "leader");
      const minority = [0, 1].map((i) => before[(at + i) % before.length]?.name ?? "");
      const majority = before.map((server) => server.name).filter((name) => !minority.includes(name));
      await cut(lab, minority);
      const chip = lab.page.getByText(/^Partition: .* \| /);
      await chip.waitFor();
      const sides = ((await chip.textContent()) ?? "").replace("Partition: ", "").split(" | ");
      expect(sides.sort()).toEqual([[...minority].sort().join(" "), majority.join(" ")].sort());

      // A follower may still hear of a commit that its leader, on the same side, knew of before the cut.
      const limit = Math.max(...before.filter((one) => minority.includes(one.name)).map((one) => one.committed));
      await lab.fast();
      await lab.play();
      const committed = async (names: readonly string[]) =>
        (await lab.servers()).filter((one) => names.includes(one.name)).map((one) => one.committed);
      await until(
        () => committed(majority),
        (all) => Math.min(...all) >= limit + 5,
        "the majority goes on committing",
      );
      expect(Math.max(...(await committed(minority)))).toBeLessThanOrEqual(limit);

      await heal(lab);
      await until(
        () => chip.count(),
        (n) => n === 0,
        "no link is cut",
      );
      await until(
        () => committed(minority),
        (all) => Math.min(...all) > limit + 5,
        "the minority catches up",
      );
      const old = (await lab.servers()).find((server) => server.name === minority[0]);
      expect(old?.term).toBeGreaterThan(before[at]?.term ?? 0);
    });
  }
}

/** From outside the ring to outside it again, between the minority and the servers on either side of it. */
async function drawLine(lab: Lab, minority: readonly string[]) {
  // A phone's page may be scrolled down to its panels: back to the top, where the ring is.
  await lab.page.mouse.wheel(0, -10_000);
  await until(
    () => lab.page.evaluate(() => window.scrollY),
    (y) => y === 0,
    "the page is scrolled to its top",
  );
  const names = (await lab.servers()).map((server) => server.name);
  const places = new Map<string, { x: number; y: number }>();
  for (const name of names) {
    const box = await lab.server(name).locator("circle.body").boundingBox();
    if (!box) throw new Error(`${name} is not drawn`);
    places.set(name, { x: box.x + box.width / 2, y: box.y + box.height / 2 });
  }
  const spot = (name: string) => places.get(name) ?? { x: 0, y: 0 };
  const centre = {
    x: names.reduce((sum, name) => sum + spot(name).x, 0) / names.length,
    y: names.reduce((sum, name) => sum + spot(name).y, 0) / names.length,
  };
  const gap = (inside: string, step: number) => {
    const outside = names[(names.indexOf(inside) + step + names.length) % names.length] ?? inside;
    const [a, b] = [spot(inside), spot(outside)];
    const middle = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
    return { x: centre.x + (middle.x - centre.x) * 1.12, y: centre.y + (middle.y - centre.y) * 1.12 };
  };
  const from = gap(minority[0] ?? "", -1);
  const to = gap(minority[1] ?? "", 1);
  await lab.page.mouse.move(from.x, from.y);
  await lab.page.mouse.down();
  await lab.page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2, { steps: 4 });
  await lab.page.mouse.move(to.x, to.y, { steps: 4 });
  await lab.page.mouse.up();
}
