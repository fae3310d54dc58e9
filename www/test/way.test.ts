import type { Way } from "splitbrain";
import { expect, test } from "vitest";
import { isMeant, litBy, stagesOf } from "../src/model/way.js";

const at = (step: number) => ({ at: step * 1000, step });
const way: Way = {
  client: 3,
  life: 1,
  number: 7,
  text: "put x 1",
  called: at(10),
  attempts: [
    { node: 1, ...at(10) },
    { node: 0, ...at(13) },
  ],
  logged: [
    { node: 0, index: 4, term: 2, ...at(14) },
    { node: 2, index: 4, term: 2, ...at(16) },
    { node: 1, index: 5, term: 3, ...at(17) },
  ],
  committed: { node: 0, ...at(18) },
  applied: [{ node: 0, ...at(18) }],
  answers: [
    { node: 1, done: false, ...at(12) },
    { node: 0, done: true, ...at(18) },
  ],
  returned: { reply: "done", ...at(20) },
};
const name = (node: number) => ["S1", "S2", "S3", "C1"][node] ?? "?";
const told = (one: Way) =>
  stagesOf(one, name).map(({ name: stage, stops, empty }) => [
    stage,
    stops.length > 0 ? stops.map((stop) => `${name(stop.node)} ${stop.note}`.trim()).join(", ") : `(${empty})`,
  ]);

test("a way is told stage by stage, its place where it is first said or is another", () => {
  expect(told(way)).toEqual([
    ["called", "C1"],
    ["asked", "S2 sent on, S1"],
    ["in the log of", "S1 4, term 2, S3, S2 5, term 3"],
    ["committed", "S1"],
    ["applied", "S1"],
    ["answered", "S1"],
    ["returned", "C1"],
  ]);
});

test("what has not happened is said to be still to come, and what a spared read passes by is not", () => {
  const begun = { ...way, logged: [], committed: null, applied: [], answers: [], returned: null };
  expect(told(begun).slice(2)).toEqual([
    ["in the log of", "(not yet)"],
    ["committed", "(not yet)"],
    ["applied", "(not yet)"],
    ["answered", "(not yet)"],
    ["returned", "(not yet)"],
  ]);
  const spared = { ...way, logged: [], committed: null, applied: [] };
  expect(told(spared).slice(2)).toEqual([
    ["in the log of", "(none: a read that needed no entry)"],
    ["answered", "S1"],
    ["returned", "C1"],
  ]);
});

test("an operation lights up everyone who had to do with it, and is meant by its name or by any of its entries", () => {
  expect(litBy(way).nodes).toEqual([3, 1, 0, 2]);
  expect(litBy(way).entries).toHaveLength(3);
  expect(isMeant(way, { client: 3, number: 7 })).toBe(true);
  expect(isMeant(way, { client: 3, number: 7, life: 2 })).toBe(false);
  expect(isMeant(way, { node: 1, index: 5, term: 3 })).toBe(true);
  expect(isMeant(way, { node: 1, index: 4, term: 2 })).toBe(false);
});
