// What the page reads in a script before the engine does.

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

/** A program that somebody has written, as a run holds it, and when its job is submitted. */
export interface Program {
  readonly code: string;
  readonly at: number | null;
}

/**
 * The programs in a run. They are looked for wherever they may stand, since what they are shown for is that nobody runs what they
 * have not seen; what is hidden even from this does not run either, for it is given no interpreter.
 */
export function programsIn(json: string): Program[] {
  const found: Program[] = [];
  const visit = (value: unknown, at: number | null) => {
    if (typeof value !== "object" || value === null) return;
    const when = "at" in value && typeof value.at === "number" ? value.at : at;
    for (const [name, inner] of Object.entries(value)) {
      if (name === "script" && typeof inner === "object" && inner !== null && typeof inner.code === "string")
        found.push({ code: inner.code, at: when });
      else visit(inner, when);
    }
  };
  try {
    visit(JSON.parse(json), null);
  } catch {
    // Not a run at all, or one that is nested too deeply: the engine says what is wrong with it.
  }
  return found;
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
