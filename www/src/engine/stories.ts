// The stories that come with the page, fetched from its own site when somebody wants one.

/** A scenario as it is listed. */
export interface Listed {
  /** Its file, such as `raft/election`. */
  readonly name: string;
  readonly title: string;
  /** Where in the papers its claim stands. */
  readonly paper: string;
  /** What it begins with. */
  readonly claim: string;
  /** The scenario itself. */
  readonly text: string;
}

let fetched: Promise<readonly Listed[]> | undefined;

/** All of them. Rejects with a sentence for the reader; the next call tries again. */
export function stories(): Promise<readonly Listed[]> {
  fetched ??= load().catch((error: unknown) => {
    fetched = undefined;
    throw error;
  });
  return fetched;
}

async function load(): Promise<readonly Listed[]> {
  const response = await fetch(new URL("stories.json", document.baseURI)).catch(() => null);
  if (!response?.ok) throw new Error("The stories could not be fetched. Check the connection and try again.");
  return (await response.json()) as readonly Listed[];
}
