// What is charged for besides the steps of the interpreter. Evaluated after world.js, as a function of what Rust gives it.
//
// Built-in functions that work on much at once are charged for by what they work on. Each is replaced by one that adds the charge
// to what is owed and calls it. What is owed is paid in large coins, since each payment is a call into Rust.
(pay, within) => {
  const { apply, defineProperty, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
  const { hasOwn } = Object;
  const { isArray } = Array;
  const toText = String;
  const global = globalThis;

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
    // Whatever a program can make of it: less than nothing, or no number.
    owed += steps >= 0 && steps < MOST ? steps : MOST;
    if (owed >= COIN) {
      const all = owed;
      owed = 0;
      pay(all);
    }
  };
  const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
  // A proxy may say another thing each time that it is asked, so it is known which objects are proxies.
  const proxies = new WeakSet();
  const { add, has } = WeakSet.prototype;
  let someProxies = false;
  const known = (proxy) => {
    someProxies = true;
    apply(add, proxies, [proxy]);
    return proxy;
  };
  const isProxy = (value) => someProxies && apply(has, proxies, [value]);
  const made = (value) => {
    if (typeof value === "string") return value.length / UNITS_A_STEP;
    return isArray(value) && !isProxy(value) ? value.length * STEPS_AN_ELEMENT : 0;
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
  // How long what is like a list is, if that is still so when it is worked on.
  const refuse = () => {
    throw new TypeError("a method of lists takes a list, or what has a number as its length, and no proxy of one");
  };
  const lengthOfList = (value) => {
    if (isArray(value) && !isProxy(value)) return value.length;
    if (!isObject(value)) return length(value);
    for (let holder = value; holder !== null; holder = getPrototypeOf(holder)) {
      if (isProxy(holder)) refuse();
      const own = getOwnPropertyDescriptor(holder, "length");
      if (own === undefined) continue;
      if (!hasOwn(own, "value") || typeof own.value !== "number") refuse();
      return own.value > 0 ? own.value : 0;
    }
    return 0;
  };
  const listing = (self) => lengthOfList(self) / UNITS_A_STEP;
  const sorting = (self) => lengthOfList(self) * 2;
  const reading = (_, text) => length(text) / UNITS_A_STEP;
  const nothing = () => 0;

  // What works on texts makes them of what it is given. Here that is done before, and once, so that what is charged for is what is
  // worked on.
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
  charge(listing, list, ["fill", "join", "concat", "indexOf", "lastIndexOf", "includes", "reverse", "slice", "splice"]);
  charge(listing, list, ["unshift", "shift", "copyWithin", "toReversed", "toSpliced", "with", "toString"]);
  charge(listing, list, ["toLocaleString", "every", "some", "forEach", "map", "filter", "reduce", "reduceRight"]);
  charge(listing, list, ["find", "findIndex", "findLast", "findLastIndex"]);
  // What is joined to a list may be as long as it.
  const { isConcatSpreadable } = Symbol;
  const hasProxy = (value) => {
    for (let holder = value; someProxies && holder !== null; holder = getPrototypeOf(holder)) {
      if (isProxy(holder)) return true;
    }
    return false;
  };
  const concat = (original) =>
    ({
      concat(...given) {
        for (let i = 0; i < given.length; i++) {
          const part = given[i];
          if (isArray(part) || (isObject(part) && (hasProxy(part) || isConcatSpreadable in part))) owe(listing(part));
        }
        return apply(original, this, given);
      },
    }).concat;
  replace(list, "concat", concat);
  // So may what is within it: these are written out, so that each step counts.
  const { push } = list;
  const flatten = (to, from, depth) => {
    const { length } = from;
    for (let i = 0; i < length; i++) {
      if (!(i in from)) continue;
      const part = from[i];
      if (depth >= 1 && isArray(part)) flatten(to, part, depth - 1);
      else apply(push, to, [part]);
    }
  };
  const flat = () =>
    ({
      flat(depth) {
        const to = [];
        flatten(to, this, depth === undefined ? 1 : +depth);
        return to;
      },
    }).flat;
  replace(list, "flat", flat);
  const flatMap = () =>
    ({
      flatMap(act, self) {
        const { length } = this;
        if (typeof act !== "function") throw new TypeError("not a function");
        const to = [];
        for (let i = 0; i < length; i++) {
          if (!(i in this)) continue;
          const part = apply(act, self, [this[i], i, this]);
          if (isArray(part)) flatten(to, part, 0);
          else apply(push, to, [part]);
        }
        return to;
      },
    }).flatMap;
  replace(list, "flatMap", flatMap);
  charge(nothing, Object, ["keys", "values", "entries", "getOwnPropertyNames"]);
  charge(nothing, Reflect, ["ownKeys"]);
  charge(reading, JSON, ["parse"], asIs, asText);
  charge(reading, JSON, ["stringify"]);
  for (const [holder, name] of [
    [JSON, "parse"],
    [JSON, "stringify"],
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

  const { revocable } = Proxy;
  const proxy = (original) => {
    // It is a constructor, and as such it has no prototype.
    const made = function (target, handler) {
      return known(new.target ? new original(target, handler) : original(target, handler));
    };
    defineProperty(made, "prototype", { value: undefined, writable: false });
    return made;
  };
  replace(global, "Proxy", proxy);
  const revoked = ({ revocable }) => revocable;
  defineProperty(Proxy, "revocable", {
    value: revoked({
      revocable(target, handler) {
        const made = apply(revocable, this, [target, handler]);
        known(made.proxy);
        return made;
      },
    }),
    writable: true,
    configurable: true,
  });
};
