// How fast virtual time passes against real time: a 1–2–5 scale from a thousandth to ten times.

const NOTCHES: readonly (readonly [number, string])[] = [
  [1 / 1000, "1/1000"],
  [1 / 500, "1/500"],
  [1 / 200, "1/200"],
  [1 / 100, "1/100"],
  [1 / 50, "1/50"],
  [1 / 20, "1/20"],
  [1 / 10, "1/10"],
  [1 / 5, "1/5"],
  [1 / 2, "1/2"],
  [1, "1×"],
  [2, "2×"],
  [5, "5×"],
  [10, "10×"],
];

export const SLOWEST = 0;
export const FASTEST = NOTCHES.length - 1;
/** 1/20: a heartbeat every second or so, a message on its way for a fraction of one. */
export const DEFAULT_NOTCH = 5;

const notch = (n: number) => NOTCHES[Math.min(FASTEST, Math.max(SLOWEST, Math.round(n)))] as (typeof NOTCHES)[number];

/** Virtual seconds for each real second at a notch. */
export const speedOf = (n: number): number => notch(n)[0];
export const speedLabel = (n: number): string => notch(n)[1];

/** Longest stretch of real time one animation frame may stand for: a tab that slept does not leap. */
const LONGEST_FRAME_MS = 100;

/** Virtual microseconds to move on by, after `realMs` milliseconds at a notch. */
export const virtualFor = (realMs: number, n: number): number =>
  Math.round(Math.min(Math.max(realMs, 0), LONGEST_FRAME_MS) * 1000 * speedOf(n));
