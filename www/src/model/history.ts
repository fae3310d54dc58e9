// A history as a picture: its operations as bars in lanes, one or more for each process, and how each stands with the judge.

import type { HistoryOperation, JudgedHistory } from "splitbrain/labs";

/** An operation in its lane. What never returned goes on to infinity. */
export interface Bar {
  readonly place: number;
  readonly from: number;
  readonly to: number;
}

/** Bars that do not overlap, in order. */
export interface Lane {
  readonly process: number;
  readonly bars: readonly Bar[];
}

/** How an operation stands: placed in the order of its key; to blame, or not to be placed with it; or not looked at so far. */
export type Standing = "placed" | "blamed" | "unplaced" | "open";

/** Lanes by process. One lane is enough unless a process calls again though it never had an answer. */
export function lanesOf(operations: readonly Pick<HistoryOperation, "process" | "called" | "returned">[]): Lane[] {
  const byProcess = new Map<number, Bar[][]>();
  operations.forEach(({ process, called, returned }, place) => {
    const mine = byProcess.get(process) ?? [];
    byProcess.set(process, mine);
    const bar: Bar = { place, from: called, to: returned ?? Number.POSITIVE_INFINITY };
    const free = mine.find((bars) => (bars.at(-1)?.to ?? 0) <= called);
    if (free) free.push(bar);
    else mine.push([bar]);
  });
  const processes = [...byProcess.keys()].sort((one, other) => one - other);
  return processes.flatMap((process) => (byProcess.get(process) ?? []).map((bars) => ({ process, bars })));
}

/** From the first call to the last call or answer. */
export function extentOf(operations: readonly HistoryOperation[]): [from: number, to: number] {
  let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { called, returned } of operations) {
    from = Math.min(from, called);
    to = Math.max(to, called, returned ?? called);
  }
  return from <= to ? [from, Math.max(to, from + 1)] : [0, 1];
}

/** The first bar of a lane that ends at a time or later, as its place in the lane. */
export function firstUntil(bars: readonly Bar[], at: number): number {
  let [low, high] = [0, bars.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bars[middle]?.to ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * When each operation of an order could have taken effect: between its call and its answer, none before the one that comes before
 * it. Half-way between the last call up to there and the first answer from there on, both of which only rise along the order.
 */
export function pointsOf(order: readonly number[], operations: readonly HistoryOperation[], end: number): number[] {
  const latest: number[] = [];
  let call = Number.NEGATIVE_INFINITY;
  for (const place of order) {
    call = Math.max(call, operations[place]?.called ?? call);
    latest.push(call);
  }
  let answer = end;
  const points: number[] = [];
  for (let i = order.length - 1; i >= 0; i--) {
    answer = Math.min(answer, operations[order[i] ?? -1]?.returned ?? end);
    const from = latest[i] ?? answer;
    points[i] = (from + Math.max(from, answer)) / 2;
  }
  return points;
}

/** What is known of every operation: its number in the order of its key, from 1, and how it stands. */
export interface Standings {
  readonly numbers: readonly (number | null)[];
  readonly standings: readonly Standing[];
}

export function standingsOf(operations: readonly HistoryOperation[], judged: JudgedHistory | null): Standings {
  const numbers: (number | null)[] = operations.map(() => null);
  const standings: Standing[] = operations.map(() => "open");
  for (const key of judged?.keys ?? []) {
    key.orders[0]?.forEach((place, i) => {
      numbers[place] = i + 1;
      standings[place] = "placed";
    });
    for (const place of key.unplaced) standings[place] = "unplaced";
    if (key.blamed !== null) standings[key.blamed] = "blamed";
  }
  return { numbers, standings };
}

/** A window onto time that holds an operation and some of what is around it. */
export function windowAround(operation: HistoryOperation, [first, last]: readonly [number, number]): [number, number] {
  const end = operation.returned ?? last;
  const length = Math.max(end - operation.called, (last - first) / 400);
  return [Math.max(first, operation.called - 2.5 * length), Math.min(last, end + 2.5 * length)];
}

/** Round ticks within a window, at most `most` of them. */
export function ticksIn(from: number, to: number, most: number): number[] {
  const rough = (to - from) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(Math.max(rough, 1e-9)));
  const every = Math.max(1, ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10) * power);
  const out: number[] = [];
  for (let at = Math.ceil(from / every) * every; at <= to; at += every) out.push(at);
  return out;
}
