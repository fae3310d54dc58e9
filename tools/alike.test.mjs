import assert from "node:assert/strict";
import { test } from "node:test";
import { named, order } from "./alike.mjs";

const body = (letters) => Buffer.from(letters);

test("functions that look alike come to stand side by side", () => {
  const bodies = ["local.get 0", "call the network", "local.get 7", "call the disk"].map(body);
  assert.deepEqual(order(bodies), [0, 2, 1, 3]);
});

test("every function gets a place, however small or large it is", () => {
  const bodies = ["", "x", "y".repeat(20_000), "z".repeat(20_000), "x"].map(body);
  assert.deepEqual(order(bodies).toSorted(), [0, 1, 2, 3, 4]);
});

test("a module is as it was, and its own functions have names that sort to their places", () => {
  // (module (import "a" "b" (func)) (func) (func nop))
  const bytes = "0061736d010000000104016000000207010161016200000303020000" + "0a080202000b0300010b";
  const module = Buffer.from(bytes, "hex");
  const result = named(module);
  assert.deepEqual(result.subarray(0, module.length), module);
  const [section] = WebAssembly.Module.customSections(new WebAssembly.Module(result), "name");
  const list = [2, 1, 6, ...Buffer.from("000000"), 2, 6, ...Buffer.from("000001")];
  assert.deepEqual([...new Uint8Array(section)], [1, list.length, ...list]);
});
