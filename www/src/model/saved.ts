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

/** Whether it may name texts that come with the page. */
export const mentionsJob = (json: string): boolean => /"submit"|"job"|"texts"/i.test(json);
