// The timeline's marks folded into one lane a server: who was what, in which term, from when to when.

import type { Mark } from "splitbrain";

export type Role = "follower" | "candidate" | "leader" | "down";

export interface Stretch {
  readonly from: number;
  /** null while it lasts. */
  to: number | null;
  readonly role: Role;
  readonly term: number;
}

const folded = new WeakMap<readonly Mark[], Stretch[][]>();

/** The same, folded once for each list of marks: the timeline is drawn far more often than marks are added. */
export function lanesOf(marks: readonly Mark[], servers: number): Stretch[][] {
  const known = folded.get(marks);
  if (known?.length === servers) return known;
  const found = lanes(marks, servers);
  folded.set(marks, found);
  return found;
}

/** Lanes of the servers 0 to `servers` − 1. Every server starts as a follower in term 0. */
export function lanes(marks: readonly Mark[], servers: number): Stretch[][] {
  const out: Stretch[][] = Array.from({ length: servers }, () => [{ from: 0, to: null, role: "follower", term: 0 }]);
  for (const mark of marks) {
    if (mark.node === null || mark.kind === "commit" || (mark.role === null && mark.term === null)) continue;
    const lane = out[mark.node];
    const last = lane?.at(-1);
    if (!lane || !last) continue;
    const role = mark.role ?? last.role;
    const term = mark.term ?? last.term;
    if (role === last.role && term === last.term) continue;
    last.to = mark.at;
    lane.push({ from: mark.at, to: null, role, term });
  }
  return out;
}

/** The kinds of mark a person can jump to. */
export type Goal = "election" | "commit" | "fault" | "violation";

/** The nearest mark of a kind after (or before) a step. */
export function jump(marks: readonly Mark[], goal: Goal, step: number, direction: 1 | -1): Mark | undefined {
  const fits = (mark: Mark) => mark.kind === goal && (direction > 0 ? mark.step > step : mark.step < step);
  return direction > 0 ? marks.find(fits) : marks.findLast(fits);
}
