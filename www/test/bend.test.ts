import { expect, test } from "vitest";
import { distance, type Point, polar } from "../src/model/geometry.js";
import { angleOf, layout } from "../src/model/layout.js";
import { bend } from "../src/model/partition.js";

const along = (a: Point, via: Point, b: Point, t: number): Point => ({
  x: (1 - t) ** 2 * a.x + 2 * t * (1 - t) * via.x + t * t * b.x,
  y: (1 - t) ** 2 * a.y + 2 * t * (1 - t) * via.y + t * t * b.y,
});

for (const [name, width, height] of [
  ["a desk", 920, 560],
  ["a phone", 390, 0],
  ["a small phone", 360, 0],
] as const) {
  for (const servers of [3, 4, 5, 7]) {
    test(`a partition's line crosses no server's timer on ${name} with ${servers} servers`, () => {
      const place = layout(width, height, { servers, clients: 2, workers: 4, tasks: 0 });
      const { ring, timerR } = place;
      const out = ring.r + timerR * 0.9;
      for (let first = 0; first < servers; first++) {
        for (let size = 1; size < servers; size++) {
          const gap = (i: number) => (2 * Math.PI * (((i + servers) % servers) + 0.5)) / servers;
          const [a, b] = [gap(first - 1), gap(first + size - 1)].sort((x, y) => x - y) as [number, number];
          const via = bend(ring, out, timerR, a, b);
          const [from, to] = [polar(ring.centre, out, a), polar(ring.centre, out, b)];
          for (let t = 0; t <= 1; t += 0.02) {
            const at = along(from, via, to, t);
            for (let id = 0; id < servers; id++) {
              const away = distance(at, polar(ring.centre, ring.r, angleOf(id, servers)));
              // The ring is four pixels wide, half of them outside its radius.
              expect(away, `${size} from ${first}, at ${t.toFixed(2)}, past S${id + 1}`).toBeGreaterThan(timerR - 1);
            }
          }
        }
      }
    });
  }
}
