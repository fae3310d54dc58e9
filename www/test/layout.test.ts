import { expect, test } from "vitest";
import { distance } from "../src/model/geometry.js";
import { type Layout, layout } from "../src/model/layout.js";

const SIZES = [
  [920, 560],
  [900, 480],
  [700, 620],
  [640, 0],
  [390, 0],
  [360, 0],
] as const;
const boxes = (place: Layout) => [...place.cards.values()];

for (const [width, height] of SIZES) {
  for (const servers of [1, 2, 3, 5, 7, 9]) {
    const shape = { servers, clients: 3, workers: 6, coordinators: 1 + (servers % 2), tasks: 145 };
    const place = layout(width, height, shape);

    test(`everything stands inside ${width}×${height} with ${servers} servers`, () => {
      for (let id = 0; id < servers; id++) {
        const at = place.at.get(id);
        expect(at?.x).toBeGreaterThanOrEqual(place.timerR);
        expect(at?.x).toBeLessThanOrEqual(width - place.timerR);
        expect(at?.y).toBeGreaterThanOrEqual(place.timerR);
        expect(at?.y).toBeLessThanOrEqual(place.height - place.timerR);
      }
      for (const box of boxes(place)) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(box.y + box.height).toBeLessThanOrEqual(place.height);
      }
    });

    test(`nothing overlaps at ${width}×${height} with ${servers} servers`, () => {
      for (let a = 0; a < servers; a++) {
        for (let b = a + 1; b < servers; b++) {
          expect(distance(place.at.get(a) as never, place.at.get(b) as never)).toBeGreaterThan(2 * place.timerR);
        }
      }
      const all = boxes(place);
      all.forEach((one, i) => {
        for (const other of all.slice(i + 1)) {
          const apart =
            one.x + one.width <= other.x ||
            other.x + other.width <= one.x ||
            one.y + one.height <= other.y ||
            other.y + other.height <= one.y;
          expect(apart).toBe(true);
        }
      });
    });
  }
}

test("all tiles fit their ground", () => {
  for (const [width, height] of SIZES) {
    const { ground } = layout(width, height, { servers: 5, clients: 2, workers: 4, tasks: 235 });
    const rows = Math.ceil(235 / (ground?.columns ?? 1));
    expect(rows * (ground?.pitch ?? 0)).toBeLessThanOrEqual((ground?.tiles.height ?? 0) + 1);
  }
});
