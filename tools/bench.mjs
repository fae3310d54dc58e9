// `make bench`: runs every benchmark and prints one table.
//
// A benchmark is a program that writes one JSON object a line: { name, value, unit, aim?, peers? }. `value` is a number, `aim` and
// `peers` are text for the reader. Other lines are passed through. Nothing here judges: a figure below its aim is printed as it is.

import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const benchmarks = [
  {
    of: "native",
    command: "cargo",
    args: "run --release --locked --quiet -p splitbrain-tests --features rivals --bin bench".split(" "),
  },
  {
    of: "native",
    command: "cargo",
    args: "run --release --locked --quiet -p splitbrain-tests --features rivals --bin memory".split(" "),
  },
  { of: "wasm", command: process.execPath, args: ["tools/bench-wasm.mjs"] },
  { of: "page", command: process.execPath, args: ["tools/first-load.mjs", "--json"] },
];

/** Runs one program; resolves with its rows and its exit status. */
async function run({ of, command, args }) {
  console.error(`▸ ${of}`);
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise((done) => {
    child.once("error", () => done(1));
    child.once("close", (code) => done(code ?? 1));
  });
  const rows = [];
  for await (const line of createInterface({ input: child.stdout })) {
    try {
      if (!line.startsWith("{")) throw new SyntaxError("not a figure");
      rows.push({ of, ...JSON.parse(line) });
    } catch {
      console.error(line);
    }
  }
  return { rows, status: await ended };
}

const grouped = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
const rows = [];
const silent = [];
for (const benchmark of benchmarks) {
  const outcome = await run(benchmark);
  rows.push(...outcome.rows);
  if (outcome.status !== 0) silent.push(benchmark.of);
}

const table = [["", "benchmark", "value", "unit", "aim", "peers"]];
for (const { of, name, value, unit, aim = "", peers = "" } of rows)
  table.push([of, name, grouped.format(value), unit, aim, peers].map(String));
const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
console.log();
for (const row of table)
  console.log(
    `  ${row.map((cell, i) => (i === 2 ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join("  ")}`.trimEnd(),
  );
console.log();
for (const of of silent) console.error(`The ${of} benchmarks did not finish; their own words are above.`);
process.exitCode = silent.length ? 1 : 0;
