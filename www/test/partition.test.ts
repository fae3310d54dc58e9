import { expect, test } from "vitest";
import { gaps, groups, split } from "../src/model/partition.js";

const servers = [
  { id: 0, at: { x: 100, y: 0 } },
  { id: 1, at: { x: 200, y: 80 } },
  { id: 2, at: { x: 160, y: 200 } },
  { id: 3, at: { x: 40, y: 200 } },
  { id: 4, at: { x: 0, y: 80 } },
];

test("a line parts the servers on its two sides, in whichever direction it is drawn", () => {
  const down = split({ x: 60, y: -20 }, { x: 60, y: 240 }, servers);
  const up = split({ x: 60, y: 240 }, { x: 60, y: -20 }, servers);
  expect(down?.map((ids) => ids.join())).toEqual(["0,1,2", "3,4"]);
  expect(up?.map((ids) => ids.join())).toEqual(["3,4", "0,1,2"]);
});

test("a line beside all servers parts nothing", () => {
  expect(split({ x: 300, y: 0 }, { x: 300, y: 200 }, servers)).toBeNull();
});

const cluster = (cut: [number, number][]) => ({
  nodes: [0, 1, 2, 3, 4].map((id) => ({ id, kind: "server" })) as never,
  links: cut.map(([from, to]) => ({ from, to, state: "cut" as const })),
});
const bothWays = (a: number[], b: number[]) =>
  a.flatMap((x) =>
    b.flatMap((y): [number, number][] => [
      [x, y],
      [y, x],
    ]),
  );

test("servers that no cut keeps apart are one group", () => {
  expect(groups(cluster([]))).toEqual([[0, 1, 2, 3, 4]]);
});

test("a cut in one direction alone makes no partition", () => {
  expect(groups(cluster([[0, 1]]))).toHaveLength(1);
  expect(groups(cluster(bothWays([0, 1], [2, 3, 4]).filter(([from]) => from < 2)))).toHaveLength(1);
});

test("cuts both ways between two sides make two groups", () => {
  expect(groups(cluster(bothWays([0, 1], [2, 3, 4])))).toEqual([
    [0, 1],
    [2, 3, 4],
  ]);
});

test("a server that reaches both sides keeps them one group", () => {
  expect(groups(cluster(bothWays([0, 1], [3, 4])))).toHaveLength(1);
});

test("the line goes through the gaps between neighbours of different groups", () => {
  expect(
    gaps(
      [
        [0, 1],
        [2, 3, 4],
      ],
      5,
    ),
  ).toEqual([1, 4]);
  expect(gaps([[0, 1, 2, 3, 4]], 5)).toEqual([]);
  expect(
    gaps(
      [
        [0, 2],
        [1, 3, 4],
      ],
      5,
    ),
  ).toEqual([0, 1, 2, 4]);
});
