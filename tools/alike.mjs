// Finds the order in which a WebAssembly module's functions compress best: each beside those that look most like it, since gzip
// looks back no further than 32 KB. The order is written as names, by which `wasm-opt --reorder-functions-by-name` then sorts.
//
//   node tools/alike.mjs FILE.wasm

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

/** Two functions look alike by the runs of so many bytes that both hold. */
const RUN = 5;
/** A run that more functions than this hold says nothing about any of them. */
const COMMON = 300;
/** What comes next is compared with so many of the last bytes: with more of them, everything looks a little alike. */
const RECENT = 6_000;

/** The places of functions, given by their bodies, in the order in which they should stand. */
export function order(bodies) {
  const runs = bodies.map(runsOf);
  const holders = new Map();
  runs.forEach((held, place) => {
    for (const run of held) {
      const others = holders.get(run);
      if (others) others.push(place);
      else holders.set(run, [place]);
    }
  });
  // How many of its runs each function shares with the recent ones, and how many of these hold each run.
  const shared = new Int32Array(bodies.length);
  const recent = new Map();
  const count = (place, by) => {
    for (const run of runs[place]) {
      const before = recent.get(run) ?? 0;
      recent.set(run, before + by);
      const others = holders.get(run);
      // Counted once, however many of the recent ones hold it.
      if (others.length <= COMMON && (before === 0 || before + by === 0))
        for (const other of others) shared[other] += by;
    }
  };
  const placed = [];
  const left = new Set(bodies.keys());
  let [oldest, bytes] = [0, 0];
  while (left.size > 0) {
    let [next, best] = [-1, -1];
    for (const place of left) {
      // As a share of its own, lest the largest always come first; the tiniest look like everything.
      const likeness = shared[place] / (runs[place].size + 8);
      if (likeness > best) [next, best] = [place, likeness];
    }
    left.delete(next);
    placed.push(next);
    count(next, 1);
    bytes += bodies[next].length;
    for (; bytes > RECENT && oldest < placed.length - 1; oldest++) {
      count(placed[oldest], -1);
      bytes -= bodies[placed[oldest]].length;
    }
  }
  return placed;
}

/** The runs of bytes in a body, as hashes (32-bit FNV-1a). */
function runsOf(body) {
  const runs = new Set();
  for (let from = 0; from + RUN <= body.length; from++) {
    let hash = 0x811c9dc5;
    for (let at = from; at < from + RUN; at++) hash = Math.imul(hash ^ body[at], 0x01000193);
    runs.add(hash);
  }
  return runs;
}

/** A module that has no names, with one for each of its functions. */
export function named(module) {
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(module));
  const imported = imports.filter(({ kind }) => kind === "function").length;
  let at = 8;
  const number = () => {
    for (let [value, shift] = [0, 0]; ; shift += 7) {
      const byte = module[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  let bodies = [];
  while (at < module.length) {
    const section = module[at++];
    const end = number() + at;
    if (section === 10) {
      bodies = Array.from({ length: number() }, () => {
        const length = number();
        at += length;
        return module.subarray(at - length, at);
      });
    }
    at = end;
  }
  const names = [];
  order(bodies).forEach((place, rank) => {
    names[place] = [...bytesOf(imported + place), ...text(String(rank).padStart(6, "0"))];
  });
  // A section of no kind of its own, called "name", whose part 1 is a list of functions.
  const list = [...bytesOf(names.length), ...names.flat()];
  const section = [...text("name"), 1, ...bytesOf(list.length), ...list];
  return Buffer.concat([module, Buffer.from([0, ...bytesOf(section.length), ...section])]);
}

const text = (letters) => [...bytesOf(letters.length), ...Buffer.from(letters)];

/** A number as WebAssembly writes it: seven bits a byte, the lowest first. */
const bytesOf = (value) => (value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...bytesOf(value >>> 7)]);

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [, , file] = process.argv;
  writeFileSync(file, named(readFileSync(file)));
}
