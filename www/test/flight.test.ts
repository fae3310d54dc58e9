import type { Flight } from "splitbrain";
import { expect, test } from "vitest";
import { letter, markOf, travelled } from "../src/model/flight.js";

const flight = (change: Partial<Flight> = {}): Flight => ({
  id: 1,
  from: 0,
  to: 1,
  sentAt: 1000,
  arrivesAt: 5000,
  lost: false,
  kind: "append",
  reply: false,
  good: null,
  term: 1,
  text: "",
  sentIn: 1,
  ...change,
});
const A = { x: 0, y: 0 };
const B = { x: 400, y: 0 };

test("a message has come as far as time has passed, and never further than its way", () => {
  expect(travelled(flight(), 0)).toBe(0);
  expect(travelled(flight(), 2000)).toBe(0.25);
  expect(travelled(flight(), 9000)).toBe(1);
});

test("a message that arrives when it is sent does not divide by nothing", () => {
  expect(travelled(flight({ arrivesAt: 1000 }), 1000)).toBe(1);
});

test("a held message waits at one place whatever the time", () => {
  const held = flight({ arrivesAt: null });
  expect(markOf(held, 2000, A, B, [0, 0])).toEqual(markOf(held, 9_000_000, A, B, [0, 0]));
});

test("a lost message fades and is gone after its middle", () => {
  const lost = flight({ lost: true });
  expect(markOf(lost, 1000, A, B, [0, 0])?.opacity).toBe(1);
  expect(markOf(lost, 2500, A, B, [0, 0])?.opacity).toBeLessThan(0.5);
  expect(markOf(lost, 3500, A, B, [0, 0])).toBeNull();
});

test("a message starts and ends outside the nodes", () => {
  expect(markOf(flight(), 1000, A, B, [50, 60])?.at.x).toBe(50);
  expect(markOf(flight(), 5000, A, B, [50, 60])?.at.x).toBe(340);
});

test("messages that cross keep to their own sides of the line", () => {
  const there = markOf(flight(), 3000, A, B, [0, 0])?.at.y ?? 0;
  const back = markOf(flight(), 3000, B, A, [0, 0])?.at.y ?? 0;
  expect(Math.sign(there)).toBe(-Math.sign(back));
});

test("replies say yes or no, requests their kind, heartbeats nothing", () => {
  expect(letter(flight({ kind: "vote-reply", reply: true, good: true }))).toBe("+");
  expect(letter(flight({ kind: "vote-reply", reply: true, good: false }))).toBe("–");
  expect(letter(flight({ kind: "vote-request" }))).toBe("V");
  expect(letter(flight({ kind: "heartbeat" }))).toBe("");
});
