// A story's beats as they are shown: what is said at one moment stands together.

import type { Beat, Story } from "splitbrain/labs";

export interface Scene {
  readonly at: number;
  readonly step: number;
  readonly paragraphs: readonly string[];
}

/** The beats, those of one moment as one; and the end, if anything happens after the last words. */
export function scenes(story: Pick<Story, "beats" | "end">): Scene[] {
  const out: { at: number; step: number; paragraphs: string[] }[] = [];
  for (const { at, step, text } of story.beats as readonly Beat[]) {
    const last = out.at(-1);
    if (last && last.step === step && last.at === at) last.paragraphs.push(text);
    else out.push({ at, step, paragraphs: [text] });
  }
  const last = out.at(-1);
  if (!last || last.step < story.end.step) out.push({ ...story.end, paragraphs: ["The story ends here."] });
  return out;
}

/** The scene that a moment belongs to: the last one that has begun. */
export function sceneAt(all: readonly Scene[], moment: { at: number; step: number }): number {
  const next = all.findIndex(({ at, step }) => step > moment.step || (step === moment.step && at > moment.at));
  return Math.max(0, (next < 0 ? all.length : next) - 1);
}
