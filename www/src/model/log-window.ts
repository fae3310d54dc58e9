// Which indexes the logs panel shows, and where logs differ.

import type { LogRow } from "splitbrain";

/** How many indexes fit beside each other. */
export const WINDOW = 12;

/** The first index to show so that the longest log's end is in view. */
export const latest = (longest: number, width: number = WINDOW): number => Math.max(1, longest - width + 1);

/**
 * The entries that differ from what will stand: at each index the reference is a committed entry when there is one, else
 * the entry of the log that ends in the highest term (the longer one of two such logs: §5.4.1's order). Keys are `server:index`.
 */
export function divergent(rows: readonly LogRow[]): Set<string> {
  const reference = new Map<number, number>();
  const byOrder = [...rows].sort((a, b) => lastTerm(a) - lastTerm(b) || a.lastIndex - b.lastIndex);
  for (const row of byOrder) for (const entry of row.entries) reference.set(entry.index, entry.term);
  for (const row of rows)
    for (const entry of row.entries) if (entry.index <= row.commitIndex) reference.set(entry.index, entry.term);
  const out = new Set<string>();
  for (const row of rows) {
    for (const entry of row.entries)
      if (reference.get(entry.index) !== entry.term) out.add(`${row.server}:${entry.index}`);
  }
  return out;
}

const lastTerm = (row: LogRow) => row.entries.at(-1)?.term ?? 0;

/** An operation as short as a log cell: `put x 1` becomes `x=1`, `append x 1` becomes `x+1`, `get x` becomes `x?`, `cas x 1 2` becomes `x~2`, `delete x` becomes `x−`. */
export function shorthand(text: string): string {
  const [verb, key, ...rest] = text.split(" ");
  if (verb === "put" && key !== undefined) return `${key}=${rest.join(" ")}`;
  if (verb === "append" && key !== undefined) return `${key}+${rest.join(" ")}`;
  if (verb === "get" && key !== undefined) return `${key}?`;
  if (verb === "cas" && key !== undefined) return `${key}~${rest.slice(1).join(" ")}`;
  if (verb === "delete" && key !== undefined) return `${key}−`;
  return text;
}
