// What must hold however the page looks: one tour through every panel, dialog and state at each size, in both themes, whose
// findings the tests below read.

import axe from "axe-core";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { inventory } from "./support/inventory.js";
import { Lab } from "./support/lab.js";
import { misplaced } from "./support/misplaced.js";
import { everyState } from "./support/states.js";
import { EVERY_SIZE, test, visits } from "./support/visit.js";

/** WCAG 2.2's 24 pixels with a mouse, the page's own 44 with a finger. */
const SMALLEST = { desk: 20, phone: 43.5 } as const;

test("what is wrong with the looks of a page is seen", async ({ arrive }) => {
  const page = await arrive();
  const lab = await Lab.at(page);
  await lab.pause();
  expect(await misplaced(page)).toEqual([]);
  const harm = async (locator: Locator, style: string, seen: RegExp) => {
    const before = (await locator.getAttribute("style")) ?? "";
    await locator.evaluate((one, css) => {
      (one as HTMLElement).style.cssText += css;
    }, style);
    expect((await misplaced(page)).join("\n")).toMatch(seen);
    await locator.evaluate((one, css) => {
      (one as HTMLElement).style.cssText = css;
    }, before);
  };
  const banner = page.getByRole("banner");
  await harm(
    page.getByRole("heading", { level: 1 }),
    "width:60px;overflow:hidden;white-space:nowrap",
    /is cut off by h1/,
  );
  await harm(banner.getByRole("button", { name: "Share" }), "transform:translateX(60px)", /Share.* overlap/);
  await harm(lab.server("S1").locator("circle.track"), "transform:translate(60px,80px)", /overlap/);
  await harm(page.locator("split-brain"), "width:1600px", /the page is 1600 wide/);
  expect(await misplaced(page)).toEqual([]);
  expect(await barriers(page)).toEqual([]);
  await page.getByRole("heading", { level: 1 }).evaluate((one) => {
    (one as HTMLElement).style.color = "#ddd";
  });
  expect((await barriers(page)).join()).toMatch(/color-contrast/);
});

for (const size of EVERY_SIZE) {
  describe(size, () => {
    const found = {
      barriers: new Set<string>(),
      misplaced: new Set<string>(),
      nameless: new Set<string>(),
      small: new Set<string>(),
    };
    const states: string[] = [];
    const { arrive, leave } = visits();

    beforeAll(async () => {
      const page = await arrive({ size, colorScheme: "light", reducedMotion: "reduce" });
      await everyState(await Lab.at(page), async (state) => {
        states.push(state);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          for (const one of await misplaced(page)) found.misplaced.add(`${state}, ${colorScheme}: ${one}`);
          for (const one of await barriers(page)) found.barriers.add(`${state}, ${colorScheme}: ${one}`);
        }
        for (const one of await inventory(page)) {
          const where = `${state}: ${one.name} ${one.width}×${one.height} ${one.markup}`;
          if (one.name === "" || !one.explained) found.nameless.add(where);
          if (one.target && Math.min(one.height, size === "phone" ? one.height : one.width) < SMALLEST[size])
            found.small.add(where);
        }
      });
    }, 600_000);

    afterAll(() => leave());

    test("every state was looked at", () => {
      expect(states).toContain("a job's output");
    });

    test("axe finds nothing serious or critical", () => {
      expect([...found.barriers]).toEqual([]);
    });

    test("no text is cut off, no labels and no controls overlap, nothing is wider than the window", () => {
      expect([...found.misplaced]).toEqual([]);
    });

    test("every control has a name and says more when asked", () => {
      expect([...found.nameless]).toEqual([]);
    });

    test("every control is large enough to hit", () => {
      expect([...found.small]).toEqual([]);
    });
  });
}

/** What axe-core calls serious or critical. */
async function barriers(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations
      .filter((one) => one.impact === "serious" || one.impact === "critical")
      .flatMap((one) =>
        one.nodes.slice(0, 3).map((node) => `${one.id}: ${node.html.slice(0, 140)} ${node.any[0]?.message ?? ""}`),
      );
  });
}
