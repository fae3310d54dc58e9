// Programs to begin with: the examples of the interpreter, as they are tested there.

const files: Record<string, string> = import.meta.glob("../../../web/script/examples/*.js", {
  query: "?raw",
  import: "default",
  eager: true,
});

export interface Example {
  readonly name: string;
  readonly code: string;
}

/** Its first line is a comment that says what it is; else its file's name does. */
const named = (path: string, code: string) => {
  const name =
    /^\/\/ (\S.{2,60})\n/.exec(code)?.[1] ?? (/([^/]+)\.js$/.exec(path)?.[1] ?? path).replaceAll(/[-_]/g, " ");
  return name.charAt(0).toUpperCase() + name.slice(1);
};

/** What there is to begin with when there is no example: the least that is a program. */
const LEAST = [
  "function map(key, value, emit) {",
  "  emit(key, value.length);",
  "}",
  "",
  "function reduce(key, values) {",
  "  return values.join();",
  "}",
  "",
].join("\n");

const all = Object.entries(files).map(([path, code]): Example => ({ name: named(path, code), code }));
// The one that everybody knows comes first.
all.sort((one, other) => Number(/^word count/i.test(other.name)) - Number(/^word count/i.test(one.name)));

export const EXAMPLES: readonly Example[] = all.length > 0 ? all : [{ name: "The least", code: LEAST }];
