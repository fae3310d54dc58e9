import type { HistoryOperation, JudgedHistory } from "splitbrain/labs";
import { expect, test } from "vitest";
import { extentOf, firstUntil, lanesOf, pointsOf, standingsOf, ticksIn, windowAround } from "../src/model/history.js";

const operation = (process: number, called: number, returned: number | null): HistoryOperation => ({
  process,
  key: null,
  text: "read",
  reads: true,
  called,
  returned,
  line: null,
  origin: null,
});

test("a process has one lane, and another if it calls again though it had no answer", () => {
  const operations = [
    operation(1, 0, 4),
    operation(0, 1, 3),
    operation(1, 4, null),
    operation(0, 5, 6),
    operation(1, 9, 10),
  ];
  const lanes = lanesOf(operations).map(({ process, bars }) => [process, bars.map((bar) => bar.place)]);
  expect(lanes).toEqual([
    [0, [1, 3]],
    [1, [0, 2]],
    [1, [4]],
  ]);
  expect(extentOf(operations)).toEqual([0, 10]);
  expect(extentOf([])).toEqual([0, 1]);
});

test("the first bar in a window is found among many", () => {
  const bars = lanesOf(Array.from({ length: 1000 }, (_, i) => operation(0, i * 10, i * 10 + 5)))[0]?.bars ?? [];
  expect(firstUntil(bars, -5)).toBe(0);
  expect(firstUntil(bars, 505)).toBe(50);
  expect(firstUntil(bars, 506)).toBe(51);
  expect(firstUntil(bars, 99_999)).toBe(1000);
});

test("points lie within their operations and never go back along the order", () => {
  const operations = [operation(0, 0, 10), operation(1, 1, 4), operation(2, 2, null), operation(3, 5, 9)];
  const order = [1, 2, 0, 3];
  const points = pointsOf(order, operations, 12);
  order.forEach((place, i) => {
    const { called, returned } = operations[place] as HistoryOperation;
    expect(points[i]).toBeGreaterThanOrEqual(called);
    expect(points[i]).toBeLessThanOrEqual(returned ?? 12);
    expect(points[i]).toBeGreaterThanOrEqual(points[i - 1] ?? 0);
  });
});

test("who is placed, who is to blame and who was not looked at", () => {
  const operations = [0, 1, 2, 3, 4].map((i) => operation(i, i, i + 1));
  const judged: JudgedHistory = {
    verdict: "no",
    steps: 9,
    keys: [
      {
        key: null,
        operations: 5,
        verdict: "no",
        orders: [[1, 0], [0]],
        blamed: 2,
        unplaced: [2, 3],
        held: "1",
      },
    ],
  };
  expect(standingsOf(operations, judged)).toEqual({
    numbers: [2, 1, null, null, null],
    standings: ["placed", "placed", "blamed", "unplaced", "open"],
  });
  expect(standingsOf(operations, null).standings).toEqual(["open", "open", "open", "open", "open"]);
});

test("a window around an operation holds it and stays within the history", () => {
  expect(windowAround(operation(0, 100, 110), [0, 1000])).toEqual([75, 135]);
  expect(windowAround(operation(0, 0, null), [0, 1000])).toEqual([0, 1000]);
});

test("ticks are round and whole", () => {
  expect(ticksIn(3, 47, 5)).toEqual([10, 20, 30, 40]);
  expect(ticksIn(0, 2, 8)).toEqual([0, 1, 2]);
});
