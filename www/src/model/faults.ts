// The choices a person has for what can be turned up and down, with how each is said. `null` is as the run began.

import type { Config, Frame, LinkQuality, Node, NodeId } from "splitbrain";
import { span } from "./format.js";

type Range = readonly [number, number];

export interface Choice<T> {
  readonly name: string;
  readonly value: T;
}

/** How long a message takes, one hop, in microseconds. */
export const LATENCIES: readonly Choice<Range | null>[] = [
  { name: "as configured", value: null },
  { name: "40–120 ms", value: [40_000, 120_000] },
  { name: "200–400 ms", value: [200_000, 400_000] },
  { name: "1–2 s", value: [1_000_000, 2_000_000] },
];

/** How many messages in a thousand. */
export const SHARES: readonly Choice<number>[] = [
  { name: "none", value: 0 },
  { name: "1 in 20", value: 50 },
  { name: "1 in 5", value: 200 },
  { name: "half", value: 500 },
  { name: "all", value: 1000 },
];

/** How long a write takes, in microseconds. */
export const DISKS: readonly Choice<Range | null>[] = [
  { name: "as configured", value: null },
  { name: "10–30 ms", value: [10_000, 30_000] },
  { name: "100–200 ms", value: [100_000, 200_000] },
  { name: "1–2 s", value: [1_000_000, 2_000_000] },
];

/** How much longer a node takes over each message, in microseconds. */
export const SLOWNESS: readonly Choice<number>[] = [
  { name: "no delay", value: 0 },
  { name: "10 ms", value: 10_000 },
  { name: "100 ms", value: 100_000 },
  { name: "1 s", value: 1_000_000 },
];

/** By how many parts in a million a clock runs fast. */
export const DRIFTS: readonly Choice<number>[] = [
  { name: "true", value: 0 },
  { name: "1 % fast", value: 10_000 },
  { name: "twice as fast", value: 1_000_000 },
  { name: "1 % slow", value: -10_000 },
  { name: "half as fast", value: -500_000 },
];

export type Measure = "loss" | "duplication" | "reordering";
export const MEASURES: readonly { readonly measure: Measure; readonly name: string }[] = [
  { measure: "loss", name: "lost" },
  { measure: "duplication", name: "doubled" },
  { measure: "reordering", name: "overtaken" },
];

/** How one direction of a link works now. */
export function qualityOf(frame: Pick<Frame, "qualities">, config: Config, from: NodeId, to: NodeId): LinkQuality {
  const { latency, loss, duplication, reordering = 0 } = config;
  return (
    frame.qualities.find((link) => link.from === from && link.to === to) ?? {
      from,
      to,
      latency,
      loss,
      duplication,
      reordering,
    }
  );
}

/** The choices, with what is the case now among them; and its place there. */
export function offered<T>(
  choices: readonly Choice<T>[],
  now: T,
  name: string,
): { list: readonly Choice<T>[]; at: number } {
  const at = choices.findIndex(({ value }) => String(value) === String(now));
  return at >= 0 ? { list: choices, at } : { list: [...choices, { name, value: now }], at: choices.length };
}

export const rangeName = ([from, to]: Range): string => (from === to ? span(from) : `${span(from)} – ${span(to)}`);

/** A clock's error in words. */
export const driftName = (ppm: number): string =>
  DRIFTS.find(({ value }) => value === ppm)?.name ?? `${Math.abs(ppm) / 10_000} % ${ppm > 0 ? "fast" : "slow"}`;

/** The nodes that a node exchanges messages with. */
export function peersOf(frame: Pick<Frame, "nodes">, node: Node): Node[] {
  const of = (...kinds: Node["kind"][]) => frame.nodes.filter((one) => one !== node && kinds.includes(one.kind));
  switch (node.kind) {
    case "server":
      return of("server", "client");
    case "client":
      return of("server");
    case "worker":
      return of("coordinator", "store");
    default:
      return of("coordinator", "store", "worker");
  }
}
