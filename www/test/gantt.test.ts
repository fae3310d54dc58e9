import type { Attempt } from "splitbrain/jobs";
import { describe, expect, test } from "vitest";
import {
  across,
  beside,
  extentOf,
  known,
  lanesByWorker,
  nearest,
  ordinals,
  panned,
  reasonOf,
  revealed,
  signOf,
  titleOf,
  told,
  zoomed,
} from "../src/model/gantt.js";

const attempt = (worker: number, from: number, to: number | null, more: Partial<Attempt> = {}): Attempt => ({
  phase: "map",
  number: 0,
  attempt: 1,
  worker,
  backup: false,
  from,
  to,
  end: to === null ? "running" : "committed",
  overdueAt: null,
  note: "",
  ...more,
});
const name = (node: number) => `W${node - 8}`;

describe("attempts as bars by worker", () => {
  const attempts = [attempt(10, 0, 4), attempt(9, 1, 3), attempt(10, 4, 8), attempt(10, 6, null)];
  const lanes = lanesByWorker(attempts, [9, 10, 11, 12]);

  test("every worker has a lane, and a second one only for what overlaps", () => {
    expect(lanes.map(({ process }) => process)).toEqual([9, 10, 10, 11, 12]);
    expect(lanes.map(({ bars }) => bars.map(({ place }) => place))).toEqual([[1], [0, 2], [3], [], []]);
  });

  test("the picture reaches from the submission to the last that is known", () => {
    expect(extentOf([], 5, 5)).toEqual([5, 6]);
    expect(extentOf(attempts, 0, 7)).toEqual([0, 8]);
    expect(extentOf(attempts, 0, 30)).toEqual([0, 30]);
    expect(extentOf(attempts, 5, 30)).toEqual([0, 30]);
  });

  test("a look back in time forgets nothing, a later one replaces what was known", () => {
    const all = known(null, attempts, 9);
    expect(known(all, attempts.slice(0, 1), 2)).toBe(all);
    expect(known(all, attempts, 20)).toEqual({ attempts, until: 20 });
  });

  test("what is meant by a place is the nearest bar within reach", () => {
    expect(nearest(lanes[1], 3.9, 9, 1)?.place).toBe(0);
    expect(nearest(lanes[1], 4.2, 9, 1)?.place).toBe(2);
    expect(nearest(lanes[1], 8.5, 9, 1)?.place).toBe(2);
    expect(nearest(lanes[1], 9.5, 9, 1)).toBeNull();
    expect(nearest(lanes[2], 8.9, 9, 0)?.place).toBe(3);
    expect(nearest(lanes[2], 12, 9, 1)).toBeNull();
    expect(nearest(lanes[3], 1, 9, 5)).toBeNull();
    expect(nearest(undefined, 1, 9, 5)).toBeNull();
  });

  test("keys walk in the order of time, and to the nearest in another lane", () => {
    expect(beside(attempts, null, 1)).toBe(0);
    expect(beside(attempts, null, -1)).toBe(3);
    expect(beside(attempts, 3, 1)).toBe(3);
    expect(beside([], null, 1)).toBeNull();
    expect(across(attempts, lanes, 1, 1)).toBe(0);
    expect(across(attempts, lanes, 0, -1)).toBe(1);
    expect(across(attempts, lanes, 2, 1)).toBe(3);
    expect(across(attempts, lanes, 3, 1)).toBe(3);
  });

  test("a window never leaves the job", () => {
    const extent = [0, 100_000] as const;
    expect(zoomed(null, extent, 0.5)).toEqual([25_000, 75_000]);
    expect(zoomed(null, extent, 0.5, 0)).toEqual([0, 50_000]);
    expect(zoomed([25_000, 75_000], extent, 4)).toBeNull();
    expect(zoomed([50_000, 50_500], extent, 0.5)).toEqual([49_750, 50_750]);
    expect(panned([0, 50_000], extent, -10)).toEqual([0, 50_000]);
    expect(panned([0, 50_000], extent, 90_000)).toEqual([50_000, 100_000]);
    expect(panned(null, extent, 5)).toBeNull();
    expect(revealed([0, 10_000], extent, attempt(9, 40_000, 44_000))).toEqual([34_000, 44_000]);
    expect(revealed([50_000, 60_000], extent, attempt(9, 40_000, 44_000))).toEqual([40_000, 50_000]);
    expect(revealed(null, extent, attempt(9, 1, 2))).toBeNull();
  });
});

describe("an attempt in words and signs", () => {
  test("which one at its task it is, whatever it is numbered", () => {
    const all = [attempt(9, 0, 1), attempt(9, 1, 2, { number: 4 }), attempt(10, 2, 3, { attempt: 1001 })];
    const ordered = ordinals(all);
    expect(ordered).toEqual([1, 1, 2]);
    expect(reasonOf(all[2] as Attempt, ordered[2] as number)).toBe("↻");
    expect(titleOf(all[2] as Attempt, 2)).toBe("map 1, attempt 2");
  });

  test("a first attempt that is committed", () => {
    const plain = attempt(9, 1_000_000, 1_250_000);
    expect(told(plain, 1, name)).toBe("Map 1, on W1: 1.000 s to 1.250 s (250 ms), committed.");
    expect([reasonOf(plain, 1), signOf(plain)]).toEqual(["", "✓"]);
  });

  test("a backup that was overdue and is still running", () => {
    const backup = attempt(10, 2_000_000, null, {
      phase: "reduce",
      number: 6,
      attempt: 2,
      backup: true,
      overdueAt: 2_500_000,
    });
    expect(told(backup, 2, name)).toBe("Reduce 7, backup, on W2: from 2.000 s, still running. Overdue at 2.500 s.");
    expect([reasonOf(backup, 2), signOf(backup)]).toEqual(["B", "▸"]);
  });

  test("every end has a sign of its own, and a note is a sentence", () => {
    const ends = ["running", "committed", "late", "failed", "crashed", "lost"] as const;
    expect(new Set(ends.map((end) => signOf(attempt(9, 0, 1, { end })))).size).toBe(ends.length);
    expect(told(attempt(9, 0, 1000, { end: "failed", attempt: 3, note: "line 3 threw" }), 3, name)).toMatch(
      /^Map 1, attempt 3, on W1: .*, failed\. Line 3 threw\.$/,
    );
  });
});
