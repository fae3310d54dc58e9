// What the page reads in a script before the engine does.

import { count, seconds } from "./format.js";
import { list } from "./words.js";

/** The moment a script was saved at; null when it names none, and the engine then says what is wrong with it. */
export function savedMoment(json: string): { at: number; step: number } | null {
  try {
    const saved: unknown = (JSON.parse(json) as { saved?: unknown }).saved;
    if (typeof saved !== "object" || saved === null) return null;
    const { at, step } = saved as { at?: unknown; step?: unknown };
    return typeof at === "number" && typeof step === "number" ? { at, step } : null;
  } catch {
    return null;
  }
}

/** Whether it may need texts that come with the page. */
const mentionsJob = (json: string): boolean => /"submit"|"job"|"texts"/i.test(json);

/** A program that somebody has written, as a run holds it, and when jobs with it are submitted, as far as that is known. */
export interface Program {
  readonly code: string;
  readonly times: readonly number[];
}

/** So many different ones may be asked to be read. */
const MOST_PROGRAMS = 20;
/** Of so many submissions of one it is told when they are. */
const TIMES_TOLD = 3;

/**
 * The programs in a run, each once. They are looked for wherever they may stand, since what they are shown for is that nobody runs
 * what they have not seen; what is hidden even from this does not run either, for it is given no interpreter. Throws a sentence if
 * there are too many: each gets an editor, and nobody reads hundreds.
 */
export function programsIn(json: string): Program[] {
  const found = new Map<string, number[]>();
  const note = (code: string, when: number | null) => {
    const times = found.get(code) ?? [];
    if (when !== null) times.push(when);
    found.set(code, times);
  };
  const visit = (value: unknown, at: number | null) => {
    if (typeof value !== "object" || value === null) return;
    const when = "at" in value && typeof value.at === "number" ? value.at : at;
    for (const [name, inner] of Object.entries(value)) {
      if (name === "script" && typeof inner === "object" && inner !== null && typeof inner.code === "string")
        note(inner.code, when);
      else visit(inner, when);
    }
  };
  try {
    visit(JSON.parse(json), null);
  } catch {
    // Not a run at all, or one that is nested too deeply: the engine says what is wrong with it.
  }
  if (found.size > MOST_PROGRAMS)
    throw new Error(
      `This run holds ${count(found.size, "different program")}, and this page opens runs with up to ${MOST_PROGRAMS}: each is to be read before it could run. Ask for a run with fewer`,
    );
  return [...found].map(([code, times]) => ({ code, times }));
}

/** When jobs with a program are submitted, in words: `submitted at 1.000 s and 2.000 s`. */
export function submissions({ times }: Program): string {
  if (times.length === 0) return "";
  const told = times.slice(0, TIMES_TOLD).map(seconds);
  const more = times.length - told.length;
  return `, submitted at ${list(more > 0 ? [...told, count(more, "other moment")] : told)}`;
}

/** The texts that come with the page. */
export type Collection = "chapters" | "eighths" | "addresses";

/** Which of them a run may need: their inputs are named after what they are. */
export function collectionsIn(json: string): Collection[] {
  if (!mentionsJob(json)) return [];
  const named = (
    [
      ["chapters", /"chapter-\d/],
      ["eighths", /"chapters-\d/],
      ["addresses", /"address-\d/],
    ] as const
  ).filter(([, name]) => name.test(json));
  return named.length > 0 ? named.map(([collection]) => collection) : ["chapters"];
}
