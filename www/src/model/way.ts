// An operation's way through the cluster, as stages with their stations, and what of the cluster lights up with it.

import type { Logged, NodeId, Way } from "splitbrain";

/** What lights up on the stage and in the logs. */
export interface Lit {
  readonly nodes: readonly NodeId[];
  /** Entries: in whose log, at which index, of which term. */
  readonly entries: readonly Pick<Logged, "node" | "index" | "term">[];
}

/** One thing that happened to an operation: where, when, and in a few words. */
export interface Stop {
  readonly node: NodeId;
  readonly at: number;
  readonly step: number;
  /** Beside the node's name, such as the place in its log. */
  readonly note: string;
  readonly said: string;
}

/** What happened at one stage of its way, oldest first. */
export interface Stage {
  readonly name: string;
  readonly stops: readonly Stop[];
  /** What is said while there is nothing. */
  readonly empty: string;
}

/** The stages in the order in which an operation passes them. */
export function stagesOf(way: Way, name: (node: NodeId) => string): Stage[] {
  const client = name(way.client);
  const redirected = new Set(way.answers.filter((one) => !one.done).map((one) => one.node));
  const done = way.answers.filter((one) => one.done);
  const logged = way.logged.map((one, i) => ({ ...one, note: placeNote(way.logged, i) }));
  // A read that spares the log passes no entry.
  const spared = way.logged.length === 0 && done.length > 0;
  const waits = way.returned ? "" : "not yet";
  const stages: Stage[] = [
    { name: "called", stops: [{ node: way.client, ...way.called, note: "", said: `${client} begins` }], empty: "" },
    {
      name: "asked",
      stops: way.attempts.map((one, i) => ({
        ...one,
        note: redirected.has(one.node) ? "sent on" : "",
        said: `${client} asks ${name(one.node)}, attempt ${i + 1}`,
      })),
      empty: waits,
    },
    {
      name: "in the log of",
      stops: logged.map((one) => ({
        ...one,
        said: `it comes into ${name(one.node)}'s log at index ${one.index}, in term ${one.term}`,
      })),
      empty: spared ? "none: a read that needed no entry" : waits,
    },
    {
      name: "committed",
      stops: way.committed
        ? [{ ...way.committed, note: "", said: `${name(way.committed.node)} knows that it is committed` }]
        : [],
      empty: waits,
    },
    {
      name: "applied",
      stops: way.applied.map((one) => ({ ...one, note: "", said: `${name(one.node)} applies it` })),
      empty: waits,
    },
    {
      name: "answered",
      stops: done.map((one) => ({ ...one, note: "", said: `${name(one.node)} answers ${client}` })),
      empty: waits,
    },
    {
      name: "returned",
      stops: way.returned ? [{ node: way.client, ...way.returned, note: "", said: `${client} has its answer` }] : [],
      empty: "not yet",
    },
  ];
  return spared ? stages.filter((one) => one.name !== "committed" && one.name !== "applied") : stages;
}

/** The place where it is said first; the others say it only where theirs is another. */
function placeNote(logged: readonly Logged[], i: number): string {
  const [first, one] = [logged[0], logged[i]];
  if (!first || !one || (i > 0 && one.index === first.index && one.term === first.term)) return "";
  return `${one.index}, term ${one.term}`;
}

/** Everyone who had to do with it, and its entries. */
export function litBy(way: Way): Lit {
  const stations = [
    ...way.attempts,
    ...way.logged,
    ...(way.committed ? [way.committed] : []),
    ...way.applied,
    ...way.answers,
  ];
  const nodes = [...new Set([way.client, ...stations.map((one) => one.node)])];
  return { nodes, entries: way.logged.map(({ node, index, term }) => ({ node, index, term })) };
}

/** How somebody means an operation: by its name, or by an entry of a log. */
export type Meant =
  | { readonly client: NodeId; readonly number: number; readonly life?: number }
  | Pick<Logged, "node" | "index" | "term">;

/** Whether an operation is the one that is meant. */
export const isMeant = (way: Way, meant: Meant): boolean =>
  "client" in meant
    ? way.client === meant.client && way.number === meant.number && (meant.life ?? way.life) === way.life
    : way.logged.some((one) => one.node === meant.node && one.index === meant.index && one.term === meant.term);
