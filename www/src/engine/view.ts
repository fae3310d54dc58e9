// What the page knows at one moment: everything a panel may draw. Replaced as a whole, never changed in place.

import type { Branch, Check, Config, Frame, LogRow, Mark, Node, Rule, ToldStep, Way } from "splitbrain";
import type { Attempt } from "splitbrain/jobs";

export interface View {
  /** Which of the runs opened here it shows, from 1. */
  readonly opened: number;
  readonly config: Config;
  readonly frame: Frame;
  /** Virtual time drawn, in microseconds. */
  readonly now: number;
  readonly logs: { readonly from: number; readonly longest: number; readonly rows: readonly LogRow[] };
  /** The last steps of this branch up to now, oldest first. */
  readonly steps: readonly ToldStep[];
  readonly marks: readonly Mark[];
  readonly checks: readonly Check[];
  readonly rules: readonly Rule[];
  readonly branches: readonly Branch[];
  /** The operations called last, the last one first, while somebody follows them. */
  readonly operations: readonly Way[];
  /** The attempts at the tasks of the job, oldest first, while somebody looks at them. */
  readonly attempts: readonly Attempt[];
  /** The nodes as they were one step earlier, while stepping; for “was” marks. */
  readonly before: readonly Node[] | null;
}

export interface Busy {
  readonly label: string;
  /** 0 to 1. */
  readonly fraction: number;
}

export interface Notice {
  /** `broken`: a safety property was violated. */
  readonly kind: "info" | "error" | "broken";
  readonly text: string;
}

export const nodeOf = (frame: Frame, id: number | null | undefined): Node | undefined =>
  id === null || id === undefined ? undefined : frame.nodes.find((node) => node.id === id);

export const nameIn = (frame: Frame, id: number | null | undefined): string =>
  id === null || id === undefined ? "none" : (nodeOf(frame, id)?.name ?? `node ${id}`);

/** The same where there is little room. */
export const shortName = ({ kind, name }: Node): string =>
  kind === "coordinator" ? (name === "standby" ? "J2" : "J") : kind === "store" ? "D" : name;

/** What a coordinator is among its like, in words. */
export const seatOf = ({ coordinator }: Node): string => {
  const seat = coordinator?.seat ?? "alone";
  return seat === "alone" ? "coordinator" : seat === "standby" ? "stands by" : seat.replace("-", " ");
};

/** Whether a job was submitted that has no number yet. What one claims who has been replaced without knowing it does not count. */
export const isClaiming = ({ nodes }: Frame): boolean => {
  const later = (epoch: number) =>
    nodes.some(({ coordinator: other }) => other?.seat === "in-charge" && other.epoch > epoch);
  return nodes.some(({ coordinator }) => coordinator?.claiming && !later(coordinator.epoch));
};

/** Whether a coordinator hands out tasks. */
export const isInCharge = ({ nodes }: Frame): boolean =>
  nodes.some(({ coordinator }) => coordinator?.seat === "alone" || coordinator?.seat === "in-charge");

/** Which attempt at its task it is, from 1. Coordinators that take over number on from the next hundred thousand. */
export const nth = (attempt: number): number => attempt % 100_000;
