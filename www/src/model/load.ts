// A steady random load as people set it: of what it is made, and which clients are under it.

import type { Action, Load, Node } from "splitbrain";
import { count, span } from "./format.js";

export type Mix = Pick<Load, "every" | "keys" | "hot" | "writes" | "cas" | "deletes">;

export const USUAL: Mix = { every: 60_000, keys: 5, hot: 0, writes: 600, cas: 0, deletes: 0 };

/** Pauses between two operations, in microseconds. */
export const PAUSES = [5_000, 10_000, 20_000, 60_000, 120_000, 250_000, 500_000, 1_000_000] as const;

/** The notch of a pause, or of the next longer one. */
export const notchOf = (every: number): number => {
  const notch = PAUSES.findIndex((pause) => pause >= every);
  return notch < 0 ? PAUSES.length - 1 : notch;
};

/** What the clients are under; what is usual if none is under anything. */
export function mixOf(clients: readonly Node[]): Mix {
  return clients.find((node) => node.client?.load)?.client?.load ?? USUAL;
}

/** One share changed. No more than all writes are compare-and-sets or deletes: the other gives way. */
export function changed(mix: Mix, change: Partial<Mix>): Mix {
  const next = { ...mix, ...change };
  if (next.cas + next.deletes <= 1000) return next;
  return change.cas === undefined ? { ...next, cas: 1000 - next.deletes } : { ...next, deletes: 1000 - next.cas };
}

const begin = (node: Node, { every, keys, hot, writes, cas, deletes }: Mix): Action => ({
  do: "load",
  client: node.id,
  every,
  keys,
  hot,
  writes,
  cas,
  deletes,
});

/** Puts everybody who is under load under another one. */
export const renewed = (clients: readonly Node[], mix: Mix): Action[] =>
  clients.filter((node) => node.client?.load).map((node) => begin(node, mix));

/** Puts so many clients under load: as few as possible begin or end. */
export function loaded(clients: readonly Node[], wanted: number, mix: Mix): Action[] {
  const up = clients.filter((node) => node.client);
  const busy = up.filter((node) => node.client?.load);
  const idle = up.filter((node) => !node.client?.load);
  if (wanted >= busy.length) return idle.slice(0, wanted - busy.length).map((node) => begin(node, mix));
  return busy.slice(wanted).map((node) => ({ do: "quiet", client: node.id }));
}

/** The same for one client. */
export const toggled = (node: Node, mix: Mix): Action =>
  node.client?.load ? { do: "quiet", client: node.id } : begin(node, mix);

export const percent = (share: number): string => `${Math.round(share / 10)}%`;

/** A load in a line. */
export function inBrief(busy: number, mix: Mix): string {
  if (busy === 0) return "no client is under load";
  const writes = mix.writes === 0 ? "only reads" : `${percent(mix.writes)} writes`;
  return `${count(busy, "client")}, a pause of ${span(mix.every)}, ${count(mix.keys, "key")}, ${writes}`;
}
