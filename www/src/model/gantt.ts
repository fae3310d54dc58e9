// The attempts at a job's tasks as bars by worker: where they stand, what they are marked with, what they say.

import type { Attempt } from "splitbrain/jobs";
import { seconds, span } from "./format.js";
import { type Bar, firstUntil, type Lane, lanesOf } from "./history.js";

/** The bars of all workers, in their order. A worker has one lane, and more only while its bars overlap. */
export function lanesByWorker(attempts: readonly Attempt[], workers: readonly number[]): Lane[] {
  const lanes = lanesOf(attempts.map(({ worker, from, to }) => ({ process: worker, called: from, returned: to })));
  const idle = workers.filter((worker) => !lanes.some(({ process }) => process === worker));
  return [...lanes, ...idle.map((worker) => ({ process: worker, bars: [] }))].sort((a, b) => a.process - b.process);
}

/**
 * From when the job was submitted to when the last that is known of it happened. A coordinator that has taken over knows of the job
 * only since then, and of attempts from before.
 */
export function extentOf(attempts: readonly Attempt[], submittedAt: number, now: number): [number, number] {
  let begin = submittedAt;
  let end = Math.max(now, submittedAt + 1);
  for (const { from, to } of attempts) {
    begin = Math.min(begin, from);
    end = Math.max(end, to ?? from);
  }
  return [begin, end];
}

/**
 * What is known of a branch's attempts after a new look at them. A look back in time tells less: what was seen beyond it stays known,
 * for a branch goes on as it did.
 */
export function known(
  before: { readonly attempts: readonly Attempt[]; readonly until: number } | null,
  attempts: readonly Attempt[],
  now: number,
): { attempts: readonly Attempt[]; until: number } {
  return before && before.until > now ? before : { attempts, until: now };
}

/** How an attempt ended, as one sign and one word. */
const ENDS: Record<Attempt["end"], readonly [sign: string, words: string]> = {
  running: ["▸", "still running"],
  committed: ["✓", "committed"],
  late: ["L", "done too late: another attempt had been committed"],
  failed: ["F", "failed"],
  crashed: ["✕", "ended by a crash of the worker"],
  lost: ["∅", "what it had read or written was lost"],
};

/** The ends that need a legend, in the order of one. */
export const LEGEND: readonly (readonly [sign: string, words: string])[] = [
  ["▸", "running"],
  ["L", "late"],
  ["F", "failed"],
  ["✕", "crashed"],
  ["∅", "output lost"],
  ["↻", "given out again"],
  ["B", "backup"],
];

export const signOf = (attempt: Attempt): string => ENDS[attempt.end][0];

/** Why there is this attempt, if it is not the first. */
export const reasonOf = (attempt: Attempt, which: number): string => (attempt.backup ? "B" : which > 1 ? "↻" : "");

/** Of each attempt, which one at its task it is, from 1. Their own numbers leap when a coordinator takes over. */
export function ordinals(attempts: readonly Attempt[]): number[] {
  const seen = new Map<string, number>();
  return attempts.map(({ phase, number }) => {
    const which = (seen.get(`${phase} ${number}`) ?? 0) + 1;
    seen.set(`${phase} ${number}`, which);
    return which;
  });
}

/** `map 7, attempt 2`, `reduce 1, backup`. */
export const titleOf = (attempt: Attempt, which: number): string =>
  `${attempt.phase} ${attempt.number + 1}${attempt.backup ? ", backup" : which > 1 ? `, attempt ${which}` : ""}`;

/** An attempt in a sentence. */
export function told(attempt: Attempt, which: number, name: (node: number) => string): string {
  const { from, to, end, overdueAt, note } = attempt;
  const title = titleOf(attempt, which);
  const when = to === null ? `from ${seconds(from)}` : `${seconds(from)} to ${seconds(to)} (${span(to - from)})`;
  const overdue = overdueAt === null ? "" : ` Overdue at ${seconds(overdueAt)}.`;
  const more = note === "" ? "" : ` ${note.charAt(0).toUpperCase()}${note.slice(1)}${/[.!?]$/.test(note) ? "" : "."}`;
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}, on ${name(attempt.worker)}: ${when}, ${ENDS[end][1]}.${overdue}${more}`;
}

export const endOf = (attempt: Attempt): string => ENDS[attempt.end][1];

/** The bar of a lane nearest to a time, if it is within reach. */
export function nearest(lane: Lane | undefined, at: number, now: number, reach: number): Bar | null {
  let best: Bar | null = null;
  let least = reach;
  // Bars do not overlap: none that begins after the one found can be nearer than the next.
  const first = Math.max(0, firstUntil(lane?.bars ?? [], at) - 1);
  for (const bar of lane?.bars.slice(first, first + 3) ?? []) {
    const far = Math.max(bar.from - at, at - Math.min(bar.to, now), 0);
    if (far <= least && (best === null || far < least)) [best, least] = [bar, far];
  }
  return best;
}

/** The attempt that begins before or after one, in the order in which they began. */
export function beside(attempts: readonly Attempt[], place: number | null, by: 1 | -1): number | null {
  if (attempts.length === 0) return null;
  if (place === null) return by > 0 ? 0 : attempts.length - 1;
  return Math.max(0, Math.min(attempts.length - 1, place + by));
}

/** The attempt in the next lane above or below that has any, nearest in time to one. */
export function across(
  attempts: readonly Attempt[],
  lanes: readonly Lane[],
  place: number | null,
  by: 1 | -1,
): number | null {
  if (place === null) return beside(attempts, null, 1);
  const from = attempts[place]?.from ?? 0;
  const at = lanes.findIndex(({ bars }) => bars.some((bar) => bar.place === place));
  for (let i = at + by; i >= 0 && i < lanes.length; i += by) {
    const bars = lanes[i]?.bars ?? [];
    const [first] = bars;
    if (!first) continue;
    const far = (bar: Bar) => Math.abs(bar.from - from);
    return bars.reduce((best, bar) => (far(bar) < far(best) ? bar : best), first).place;
  }
  return place;
}

/** A window onto the extent, moved and zoomed without leaving it. `null` is all of it. */
export type Window = readonly [from: number, to: number] | null;

export function zoomed(window: Window, [first, last]: readonly [number, number], by: number, at?: number): Window {
  const [from, to] = window ?? [first, last];
  const middle = at ?? (from + to) / 2;
  const length = Math.max((to - from) * by, Math.min(1_000, last - first));
  if (length >= last - first) return null;
  const start = middle - (length * (middle - from)) / Math.max(1, to - from);
  return within([start, start + length], [first, last]);
}

export const panned = (window: Window, extent: readonly [number, number], by: number): Window =>
  window && within([window[0] + by, window[1] + by], extent);

/** Moved no further than needed for an attempt to be seen. */
export function revealed(window: Window, extent: readonly [number, number], attempt: Attempt): Window {
  if (!window) return null;
  const [from, to] = window;
  const end = Math.min(attempt.to ?? attempt.from, attempt.from + (to - from) * 0.8);
  if (attempt.from < from) return panned(window, extent, attempt.from - from);
  return end > to ? panned(window, extent, end - to) : window;
}

function within([from, to]: readonly [number, number], [first, last]: readonly [number, number]): [number, number] {
  const by = Math.max(first - from, 0) + Math.min(last - to, 0);
  return [from + by, to + by];
}
