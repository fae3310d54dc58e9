// The interpreter as WebAssembly: it answers as it does natively, and no program gets it to trap.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { initSync, run } from "../../pkg/script.js";

const read = (path) => readFileSync(new URL(path, import.meta.url));
const json = (path) => JSON.parse(read(path));
const module = new WebAssembly.Module(read("../../pkg/script_bg.wasm"));
initSync({ module });

// FNV-1a of 64 bits, as in corpus.rs.
function fingerprint(text) {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn;
  }
  return hash.toString(16).padStart(16, "0");
}

const answer = (code, call) => JSON.parse(run(JSON.stringify({ code, call })));

test("every answer of the corpus is the native one", () => {
  const golden = json("../corpus.json").map(({ name, code, call }) => {
    const text = run(JSON.stringify({ code, call }));
    return `${fingerprint(text)} ${name}`;
  });
  assert.deepEqual(golden, read("../corpus.golden").toString().trimEnd().split("\n"));
});

test("it asks nothing of its host but its own glue", () => {
  const asked = WebAssembly.Module.imports(module).map(({ module, name }) => `${module} ${name}`);
  assert.deepEqual(asked, ["./script_bg.js __wbindgen_init_externref_table"]);
});

test("what is no request is told", () => {
  for (const text of ["", "{", "null", "[]", "\0", '{"code": "", "call": "swim"}', `{"code": ${"[".repeat(1e5)}`]) {
    assert.equal(JSON.parse(run(text)).failed.kind, "unavailable", text.slice(0, 40));
  }
});

function group(pairs) {
  const groups = new Map();
  for (const [key, value] of pairs) groups.set(key, [...(groups.get(key) ?? []), value]);
  return groups;
}

// The smallest job there is, as in hostile.rs.
function end(code) {
  const check = answer(code, "check");
  if (check.failed) return check.failed.kind;
  const records = [
    ["a.txt", "It was the best of times,\nit was the worst of times.\n"],
    ["b.txt", ""],
  ];
  const mapped = answer(code, { map: { records, skipping: false } });
  if (mapped.failed) return mapped.failed.kind;
  const groups = [...group(mapped.ok.pairs)];
  const calls = [{ reduce: { groups, skipping: false } }];
  if (check.ok.combine) calls.unshift({ combine: { groups } });
  if (check.ok.partition) calls.unshift({ partition: { keys: groups.map(([key]) => key), reduces: 3 } });
  for (const call of calls) {
    const { failed } = answer(code, call);
    if (failed) return failed.kind;
  }
  return "fine";
}

for (const { name, code, ends } of json("../hostile.json")) {
  test(`${name}: ${ends}`, () => assert.equal(end(code), ends));
}
