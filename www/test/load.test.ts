import type { Node } from "splitbrain";
import { expect, test } from "vitest";
import { changed, inBrief, loaded, mixOf, notchOf, PAUSES, renewed, toggled, USUAL } from "../src/model/load.js";

const client = (id: number, busy: boolean): Node =>
  ({ id, kind: "client", client: { load: busy ? { ...USUAL, keys: 9 } : null } }) as unknown as Node;

test("as few clients as possible begin or end", () => {
  const clients = [client(5, false), client(6, true), client(7, false)];
  const told = (wanted: number) =>
    loaded(clients, wanted, USUAL).map((act) => ("client" in act ? [act.do, act.client] : []));
  expect(told(0)).toEqual([["quiet", 6]]);
  expect(told(1)).toEqual([]);
  expect(told(2)).toEqual([["load", 5]]);
  expect(told(3)).toEqual([
    ["load", 5],
    ["load", 7],
  ]);
  expect(renewed(clients, USUAL)).toEqual([{ do: "load", client: 6, ...USUAL }]);
  expect(toggled(client(6, true), USUAL)).toEqual({ do: "quiet", client: 6 });
  expect(mixOf(clients).keys).toBe(9);
  expect(mixOf([client(5, false)])).toEqual(USUAL);
});

test("no more than all writes are compare-and-sets or deletes", () => {
  expect(changed({ ...USUAL, cas: 700 }, { deletes: 500 })).toMatchObject({ cas: 500, deletes: 500 });
  expect(changed({ ...USUAL, deletes: 700 }, { cas: 500 })).toMatchObject({ cas: 500, deletes: 500 });
  expect(changed(USUAL, { writes: 0 })).toEqual({ ...USUAL, writes: 0 });
});

test("a pause has a notch, and a load is told in a line", () => {
  expect(PAUSES[notchOf(60_000)]).toBe(60_000);
  expect(PAUSES[notchOf(61_000)]).toBe(120_000);
  expect(notchOf(9e9)).toBe(PAUSES.length - 1);
  expect(inBrief(0, USUAL)).toBe("no client is under load");
  expect(inBrief(2, USUAL)).toBe("2 clients, a pause of 60 ms, 5 keys, 60% writes");
});
