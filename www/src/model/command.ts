// The typed line of the key/value console: `get x`, `put x 1`, `append x more`, `cas x 1 2`, `delete x`.

export const VERBS = ["put", "append", "get", "cas", "delete"] as const;
export type Verb = (typeof VERBS)[number];

export type Operation =
  | { readonly do: "get" | "delete"; readonly key: string }
  | { readonly do: "put" | "append"; readonly key: string; readonly value: string }
  /** Expecting null is expecting that the key is not there. */
  | { readonly do: "cas"; readonly key: string; readonly expected: string | null; readonly value: string };

/** How a line says that a key is expected not to be there: as the engine tells it. */
const NOTHING = "nothing";

const EXAMPLES: Readonly<Record<Verb, string>> = {
  get: "get x",
  put: "put x 1",
  append: "append x 2",
  cas: "cas x 1 2",
  delete: "delete x",
};

/** What a line means, or a sentence saying what is wrong with it. The value is the rest of the line, spaces and all. */
export function parseOperation(line: string): Operation | { error: string } {
  const match = /^\s*(\S+)(?:\s+(\S+)(?:\s(.*))?)?$/s.exec(line.trimEnd());
  const typed = match?.[1]?.toLowerCase();
  const key = match?.[2];
  const rest = match?.[3];
  if (typed === undefined) return { error: "Type an operation, such as put x 1 or get x." };
  const verb = VERBS.find((one) => one === typed);
  if (verb === undefined)
    return { error: `“${typed}” is not an operation. Try put x 1, append x 2, get x, cas x 1 2 or delete x.` };
  if (key === undefined) return { error: `Name a key: ${EXAMPLES[verb]}.` };
  if (verb === "get" || verb === "delete") {
    if (rest !== undefined && rest.trim() !== "") return { error: `${verb} takes a key only: ${verb} ${key}.` };
    return { do: verb, key };
  }
  if (verb === "cas") {
    const pair = /^\s*(\S+)\s(.*)$/s.exec(rest ?? "");
    if (!pair)
      return {
        error: `Say what to expect and what to put: cas ${key} 1 2, or cas ${key} nothing 2 if it must not be there.`,
      };
    const [, expected = "", value = ""] = pair;
    return { do: "cas", key, expected: expected === NOTHING ? null : expected, value };
  }
  if (rest === undefined) return { error: `Say what to ${verb}: ${verb} ${key} 1.` };
  return { do: verb, key, value: rest };
}

/** What could be meant by the last word of a line that is being typed: a verb, or one of the keys that there are. */
export function choicesFor(line: string, keys: readonly string[]): string[] {
  const words = line.trimStart().split(/\s+/);
  const last = words.at(-1) ?? "";
  const known =
    words.length === 1
      ? VERBS
      : words.length === 2 && VERBS.some((verb) => verb === words[0]?.toLowerCase())
        ? keys
        : [];
  if (line.trim() === "") return [];
  return known.filter((word) => word.startsWith(last));
}

/** The line with its last word completed as far as all choices agree, as a shell does it; with a space when only one is left. */
export function completed(line: string, choices: readonly string[]): string {
  const [first] = choices;
  if (first === undefined) return line;
  const agreed = choices.reduce((common, word) => {
    let length = 0;
    while (length < common.length && common[length] === word[length]) length++;
    return common.slice(0, length);
  });
  const before = line.slice(0, line.length - (/\S*$/.exec(line)?.[0].length ?? 0));
  return `${before}${agreed}${choices.length === 1 ? " " : ""}`;
}
