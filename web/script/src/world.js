// What a program finds around it. Evaluated before the program in its context, as a function of what Rust gives it; it keeps what
// it needs of the language to itself, so that a program may do to the language what it likes.
(count, chance, trace) => {
  const { apply, defineProperty, deleteProperty, getPrototypeOf } = Reflect;
  const { parse } = JSON;
  const toText = String;
  const slice = String.prototype.slice;
  const wellFormed = String.prototype.toWellFormed;
  const tagOf = Object.prototype.toString;
  const global = globalThis;

  // ---- What is not there ----
  defineProperty(Math, "random", { value: chance, writable: true, configurable: true });
  // A program that makes programs could nest them more deeply than the engine's reader has stack for.
  deleteProperty(global, "eval");
  const { prototype } = Function;
  // biome-ignore lint/complexity/useArrowFunction: an arrow function is no constructor, and says only that under new.
  const noCode = function () {
    throw new TypeError("a program is one text: no function is made of another text here");
  };
  defineProperty(noCode, "name", { value: "Function", configurable: true });
  defineProperty(noCode, "prototype", { value: prototype, writable: false });
  defineProperty(prototype, "constructor", { value: noCode, writable: true, configurable: true });
  defineProperty(global, "Function", { value: noCode, writable: true, configurable: true });
  for (const made of [function* () {}, async () => {}, async function* () {}])
    deleteProperty(getPrototypeOf(made), "constructor");
  deleteProperty(global, "queueMicrotask");

  // ---- What is there besides ----
  defineProperty(global, "count", { value: count, writable: true, configurable: true });

  // ---- What Rust asks ----
  const read = (value, name) => {
    try {
      const part = value[name];
      return typeof part === "string" ? part : undefined;
    } catch {
      return undefined;
    }
  };
  const whole = (text) => apply(wellFormed, text, []);
  const shown = (text) => whole(apply(slice, text, [0, 1000]));
  // The text of what was thrown, and where; the latter only of a genuine error.
  const tell = (thrown) => {
    if (typeof thrown === "string") return [thrown === "" ? "an empty text was thrown" : shown(thrown), ""];
    if (thrown === null || (typeof thrown !== "object" && typeof thrown !== "function")) {
      return [`${toText(thrown)} was thrown`, ""];
    }
    let stack;
    try {
      stack = trace(thrown);
    } catch {}
    const name = read(thrown, "name");
    const message = read(thrown, "message");
    let told = message || name;
    if (name && message) told = `${name}: ${message}`;
    if (typeof thrown === "function" || !told)
      told = "something was thrown that has no message: throw new Error(message)";
    return [shown(told), typeof stack === "string" ? whole(stack) : ""];
  };
  // What kind of object it is, for a sentence.
  const kind = (value) => {
    try {
      return apply(tagOf, value, []);
    } catch {
      return "[object Object]";
    }
  };
  return [tell, kind, parse];
};
