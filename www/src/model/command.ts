// The typed line of the key/value console: `get x`, `put x 1`, `append x more`.

export type Operation =
  | { readonly do: "get"; readonly key: string }
  | { readonly do: "put" | "append"; readonly key: string; readonly value: string };

/** What a line means, or a sentence saying what is wrong with it. The value is the rest of the line, spaces and all. */
export function parseOperation(line: string): Operation | { error: string } {
  const match = /^\s*(\S+)(?:\s+(\S+)(?:\s(.*))?)?$/s.exec(line.trimEnd());
  const verb = match?.[1]?.toLowerCase();
  const key = match?.[2];
  const value = match?.[3];
  if (verb === undefined) return { error: "Type an operation, such as put x 1 or get x." };
  if (verb !== "get" && verb !== "put" && verb !== "append") {
    return { error: `“${verb}” is not an operation. Try put x 1, append x 2 or get x.` };
  }
  if (key === undefined) return { error: `Name a key: ${verb} x${verb === "get" ? "" : " 1"}.` };
  if (verb === "get") {
    if (value !== undefined && value.trim() !== "") return { error: `get takes a key only: get ${key}.` };
    return { do: "get", key };
  }
  if (value === undefined) return { error: `Say what to ${verb}: ${verb} ${key} 1.` };
  return { do: verb, key, value };
}
