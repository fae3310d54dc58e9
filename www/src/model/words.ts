// More of what people read, for what is not in the first picture.

import { trim } from "./format.js";

/** `S1`, `S1 and S2`, `S1, S2 and S3`. */
export function list(names: readonly string[]): string {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** A size in bytes: `640 B`, `12 KB`, `1.2 MB`. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`;
  if (n < 1_000_000) return `${Math.round(n / 1000)} KB`;
  return `${trim(n / 1e6, 1)} MB`;
}
