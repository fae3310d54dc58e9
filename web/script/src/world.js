// What a program finds around it. Evaluated before the program in its context, as a function of what Rust gives it; it keeps what
// it needs of the language to itself, so that a program may do to the language what it likes.
//
// Built-in functions that work on much at once are charged for by what they work on. Each is replaced by one that adds the charge
// to what is owed and calls it. What is owed is paid in large coins, since each payment is a call into Rust.
(pay, within, count, chance, trace) => {
  const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
  const { hasOwn } = Object;
  const { isArray } = Array;
  const { parse } = JSON;
  const toText = String;
  const slice = String.prototype.slice;
  const wellFormed = String.prototype.toWellFormed;
  const tagOf = Object.prototype.toString;
  const global = globalThis;

  // ---- What is charged ----
  // A step of the interpreter takes as long as a built-in function takes for so many characters or elements.
  const UNITS_A_STEP = 16;
  const UNITS_A_STEP_OF_SEARCH = 4;
  // And two for an element of a list that is made.
  const STEPS_AN_ELEMENT = 2;
  // A use of a regular expression may take 10,000 of its own steps before the engine counts them; few take more than some.
  const STEPS_A_MATCH = 100;
  const COIN = 10_000;
  const MOST = 2 ** 40;

  let owed = 0;
  const owe = (steps) => {
    // A proxy of a list may say that its length is less than nothing, or no number.
    owed += steps >= 0 && steps < MOST ? steps : MOST;
    if (owed >= COIN) {
      const all = owed;
      owed = 0;
      pay(all);
    }
  };
  const made = (value) => {
    if (typeof value === "string") return value.length / UNITS_A_STEP;
    return isArray(value) ? value.length * STEPS_AN_ELEMENT : 0;
  };
  const length = (value) => {
    if (typeof value === "string") return value.length;
    if (value === null || typeof value !== "object") return 0;
    const { length } = value;
    return typeof length === "number" && length > 0 ? length : 0;
  };
  const linear = (self) => length(self) / UNITS_A_STEP;
  // A search looks at the needle again wherever it begins to fit.
  const searching = (self, needle) =>
    (length(self) / UNITS_A_STEP_OF_SEARCH) * (1 + (typeof needle === "string" ? needle.length : 0) / 4);
  const both = (self, other) => linear(self) + linear(other);
  const sorting = (self) => length(self) * 2;
  const reading = (_, text) => length(text) / UNITS_A_STEP;
  const nothing = () => 0;

  // What works on texts makes them of what it is given. Here that is done before, and once, so that what is charged for is what is
  // worked on.
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
  const asIs = (value) => value;
  const asText = (value) => (isObject(value) ? toText(value) : value);
  // What takes no regular expression refuses it.
  const asNeedle = (value, original) => {
    if (isObject(value)) apply(original, "", [value]);
    return asText(value);
  };
  // What can be searched for by a method of its own is; the method is looked up once.
  const { prototype: expression } = RegExp;
  const isGlobal = getOwnPropertyDescriptor(expression, "global").get;
  const asPattern = (symbol) => {
    const own = expression[symbol];
    const isPlain = (value) => {
      try {
        apply(isGlobal, value, []);
      } catch {
        return false;
      }
      const found = getPrototypeOf(value) === expression && getOwnPropertyDescriptor(expression, symbol);
      return found && found.value === own && !hasOwn(value, symbol);
    };
    return (value) => {
      if (!isObject(value) || isPlain(value)) return value;
      const method = value[symbol];
      if (method === undefined || method === null) return toText(value);
      return { [symbol]: (...given) => apply(method, value, given) };
    };
  };

  const replace = (holder, name, make) => {
    const original = getOwnPropertyDescriptor(holder, name);
    const value = make(original.value);
    defineProperty(value, "name", { value: original.value.name, configurable: true });
    defineProperty(value, "length", { value: original.value.length, configurable: true });
    defineProperty(holder, name, { ...original, value });
  };
  const charge = (weigh, holder, names, ofThis = asIs, ofFirst = asIs) => {
    for (const name of names) {
      const make = (original) =>
        ({
          charged(...given) {
            const self = typeof this === "string" ? this : ofThis(this);
            let first;
            if (given.length > 0) {
              first = given[0];
              if (typeof first !== "string") given[0] = first = ofFirst(first, original);
            }
            owe(weigh(self, first));
            const result = apply(original, self, given);
            owe(made(result));
            return result;
          },
        }).charged;
      replace(holder, name, make);
    }
  };

  const { prototype: text } = String;
  const { prototype: list } = Array;
  charge(searching, text, ["indexOf", "lastIndexOf"], asText, asText);
  charge(searching, text, ["includes"], asText, asNeedle);
  charge(searching, text, ["replaceAll", "replace"], asText, asPattern(Symbol.replace));
  charge(searching, text, ["split"], asText, asPattern(Symbol.split));
  charge(linear, text, ["match"], asText, asPattern(Symbol.match));
  charge(linear, text, ["matchAll"], asText, asPattern(Symbol.matchAll));
  charge(linear, text, ["search"], asText, asPattern(Symbol.search));
  charge(linear, text, ["concat", "toLowerCase", "toUpperCase", "toLocaleLowerCase", "toLocaleUpperCase"], asText);
  charge(linear, text, ["normalize", "trim", "trimStart", "trimEnd", "isWellFormed", "toWellFormed"], asText);
  charge(both, text, ["localeCompare"], asText, asText);
  charge(nothing, text, ["repeat", "padStart", "padEnd", "slice", "substring", "substr"]);
  charge(sorting, list, ["sort", "toSorted"]);
  charge(linear, list, ["fill", "join", "concat", "indexOf", "lastIndexOf", "includes", "reverse", "slice", "splice"]);
  charge(linear, list, ["unshift", "shift", "copyWithin", "flat", "toReversed", "toSpliced", "with", "toString"]);
  charge(linear, list, ["toLocaleString", "every", "some", "forEach", "map", "filter", "reduce", "reduceRight"]);
  charge(linear, list, ["find", "findIndex", "findLast", "findLastIndex", "flatMap"]);
  charge(nothing, Object, ["keys", "values", "entries", "getOwnPropertyNames"]);
  charge(nothing, Reflect, ["ownKeys"]);
  charge(reading, JSON, ["parse"], asIs, asText);
  charge(reading, JSON, ["stringify"]);
  for (const [holder, name] of [
    [JSON, "parse"],
    [JSON, "stringify"],
    [list, "flat"],
  ]) {
    const make = (original) =>
      ({
        deep(...given) {
          return within(() => apply(original, this, given));
        },
      }).deep;
    replace(holder, name, make);
  }
  charge(reading, Array, ["from"]);
  const coding = ["encodeURI", "encodeURIComponent", "decodeURI", "decodeURIComponent", "escape", "unescape"];
  charge(reading, global, coding, asIs, asText);
  const charged = (exec) =>
    ({
      exec(subject) {
        owe(STEPS_A_MATCH);
        return apply(exec, this, [subject]);
      },
    }).exec;
  replace(RegExp.prototype, "exec", charged);

  // ---- What is not there ----
  replace(Math, "random", () => chance);
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
