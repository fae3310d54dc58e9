// Where an error was made, and whether it was made because the stack ran out. Evaluated first of all in its context, as a function
// of what Rust is told by of each error that is made; it gives back what tells the trace of an error. See trace.rs.
(noted) => {
  const { apply, defineProperty, deleteProperty, getOwnPropertyDescriptor, getPrototypeOf } = Reflect;
  const { isArray } = Array;
  const { prototype: range } = RangeError;
  const { prototype: syntax } = SyntaxError;
  const { get: sitesOf, ...stack } = getOwnPropertyDescriptor(Error.prototype, "stack");

  // Only an error that is new is looked at: what the program made of an older one would be called here.
  noted.ranOut = (error) => {
    if (apply(sitesOf, error, []) !== undefined) return false;
    const message = getOwnPropertyDescriptor(error, "message")?.value;
    const prototype = getPrototypeOf(error);
    // Of a call, and of a regular expression that is compiled.
    return (
      (prototype === range && message === "Maximum call stack size exceeded") ||
      (prototype === syntax && message === "stack overflow")
    );
  };
  const { set: prepareBy } = getOwnPropertyDescriptor(Error, "prepareStackTrace");
  noted.forget = () => {
    apply(prepareBy, Error, [undefined]);
    return true;
  };
  apply(prepareBy, Error, [noted]);
  for (const name of ["captureStackTrace", "prepareStackTrace", "stackTraceLimit"]) deleteProperty(Error, name);

  // ---- The trace as a text ----
  const [site] = apply(sitesOf, new Error(), []);
  const { getFunction, getFunctionName, getFileName, getLineNumber, getColumnNumber, isNative } = getPrototypeOf(site);
  const place = (site) => {
    const line = apply(getLineNumber, site, []);
    const file = apply(getFileName, site, []);
    // Our own lines move, and a program that gives out its traces would give out others then.
    return line === null || file === "splitbrain" ? file : `${file}:${line}:${apply(getColumnNumber, site, [])}`;
  };
  const told = (site) => {
    // Where the code itself is wrong there is no function.
    if (apply(getFunction, site, []) === null) return place(site);
    return `${apply(getFunctionName, site, []) ?? "<anonymous>"} (${apply(isNative, site, []) ? "native" : place(site)})`;
  };
  const trace = (error) => {
    const sites = apply(sitesOf, error, []);
    if (!isArray(sites)) return sites;
    let text = "";
    for (let i = 0; i < sites.length; i++) text += `    at ${told(sites[i])}\n`;
    return text;
  };
  const { get } = getOwnPropertyDescriptor(
    {
      get stack() {
        return trace(this);
      },
    },
    "stack",
  );
  defineProperty(Error.prototype, "stack", { ...stack, get });
  return trace;
};
