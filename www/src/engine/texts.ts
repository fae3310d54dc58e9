// The text that comes with the page: the chapters of Moby Dick, fetched from the page's own site on first use.

import type { Text } from "./host.js";

let fetched: Promise<Text[]> | undefined;

/** The chapters in order. Rejects with a sentence for the reader when they cannot be had; the next call tries again. */
export function bundledTexts(): Promise<Text[]> {
  fetched ??= load().catch((error: unknown) => {
    fetched = undefined;
    throw error;
  });
  return fetched;
}

async function load(): Promise<Text[]> {
  let response: Response;
  try {
    response = await fetch(new URL("texts/moby-dick.json", document.baseURI));
  } catch {
    throw new Error(
      "The chapters of Moby Dick could not be fetched. Check the connection, or paste a text of your own.",
    );
  }
  if (!response.ok)
    throw new Error(
      `The chapters of Moby Dick are missing from this site (${response.status}). Paste a text of your own.`,
    );
  return (await response.json()) as Text[];
}
