// How fast the engine is as WebAssembly, in the browser that the tests use: the runs of tests/bench, with every check on, and the
// course's tests. The native half of `make bench` makes the same runs, and like it this one counts CPU time of one thread.
//
//   CHROME=/path/to/chromium node tools/bench-wasm.mjs

import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

/** The best of so many samples: the first also warms the compiler up, and seldom wins. */
const ROUNDS = 3;

const read = (name) => JSON.parse(readFileSync(`tests/bench/${name}.json`, "utf8"));
const tell = (row) => console.log(JSON.stringify(row));
const server = await serve("web/pkg", 0);
const browser = await chromium.launch({ executablePath: process.env.CHROME, args: ["--no-sandbox"] });

/** A page of its own for each benchmark, so that none inherits another's memory. `lab` holds what it works with. */
async function open() {
  const page = await browser.newPage();
  // Any document of the package's own origin will do to load it from.
  await page.goto(`${server.address}package.json`);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Performance.enable");
  const seconds = async () => {
    const { metrics } = await devtools.send("Performance.getMetrics");
    return metrics.find(({ name }) => name === "ThreadTime").value;
  };
  return {
    run: (work, argument) => page.evaluate(work, argument),
    /** The CPU seconds that the page spends on something, and what comes of it. */
    async measure(work, argument) {
      const began = await seconds();
      const result = await page.evaluate(work, argument);
      return [(await seconds()) - began, result];
    },
    close: () => page.close(),
  };
}

async function load() {
  const { default: init, Playground } = await import("/splitbrain.js");
  await init();
  globalThis.lab = {
    Playground,
    /** Another run, in place of the last. */
    open(config, acts) {
      lab.run?.free();
      lab.run = Playground.open(config);
      for (const act of acts) lab.run.act(act);
    },
    moment: () => lab.run.runUntil(0, 0).moment,
    /** Goes on for a while; returns where that is. */
    goOn: (micros) => lab.run.runUntil(lab.moment().at + micros, 120_000).moment,
    /** Goes on for so many steps or a few more; returns how many. */
    steps(count, micros) {
      const from = lab.moment().step;
      let taken = 0;
      while (taken < count) taken = lab.goOn(micros).step - from;
      return taken;
    },
    /** Goes on until so many entries are committed. */
    commit(entries, micros) {
      while (lab.run.logs(1, 1).every((log) => log.commitIndex < entries)) lab.goOn(micros);
    },
  };
}

/** Steps a second in a busy cluster. */
async function steps({ config, acts, seconds }) {
  const page = await open();
  await page.run(load);
  const rates = [];
  for (let round = 0; round < ROUNDS; round++) {
    await page.run(({ config, acts }) => lab.open(config, acts), { config, acts });
    const [spent, taken] = await page.measure((micros) => lab.goOn(micros).step, seconds * 1e6);
    rates.push(taken / spent);
  }
  await page.close();
  tell({
    name: "steps a second: 5 servers, 3 busy clients, all checks",
    value: Math.max(...rates),
    unit: "steps/s",
    aim: "0.6 of native",
    peers: "a TypeScript rival: 170,000",
  });
}

/** What a step costs in clusters of different sizes, then with logs of different lengths. */
async function sizes({ load: { clients, ...each }, servers, logs }) {
  const busy = (config) => {
    const acts = Array.from({ length: clients }, (_, n) => ({ do: "load", client: config.servers + n, ...each }));
    return { config: { ...config, clients }, acts };
  };
  const cost = async (page, name, { steps, slice }) => {
    const costs = [];
    for (let round = 0; round < ROUNDS; round++) {
      const [spent, taken] = await page.measure(({ steps, slice }) => lab.steps(steps, slice), { steps, slice });
      costs.push((spent * 1e9) / taken);
    }
    tell({ name, value: Math.min(...costs), unit: "ns", aim: "flat, but for fan-out" });
  };
  const page = await open();
  await page.run(load);
  for (const count of servers.counts) {
    await page.run(({ config, acts }) => lab.open(config, acts), busy({ ...servers.config, servers: count }));
    await page.run((micros) => lab.goOn(micros), servers.warmUp);
    await page.run(() => lab.commit(1, 100_000));
    await cost(page, `a step with ${count} servers`, servers);
  }
  await page.run(({ config, acts }) => lab.open(config, acts), busy(logs.config));
  for (const entries of logs.entries) {
    await page.run(({ entries, slice }) => lab.commit(entries, slice), { entries, slice: logs.slice });
    await cost(page, `a step with logs of ${entries} entries`, logs);
  }
  await page.close();
}

/** The course's tests of some parts, each once. */
async function suites(parts, told, aim) {
  const page = await open();
  const count = await page.run(async (parts) => {
    const { default: init, run, tests } = await import("/labs.js");
    await init();
    const wanted = tests().filter((test) => parts.includes(test.suite));
    globalThis.labs = { run, names: wanted.map((test) => test.name) };
    return labs.names.length;
  }, parts);
  const seconds = [];
  let failed = 0;
  for (let seed = 1; seed <= ROUNDS; seed++) {
    const [spent, passed] = await page.measure((seed) => {
      const verdicts = labs.names.map((name) => labs.run(name, seed, [], []).report.verdict.kind);
      return verdicts.filter((kind) => kind === "passed").length;
    }, seed);
    seconds.push(spent);
    failed += count - passed;
  }
  await page.close();
  const name = `the course's ${count} tests, ${told}, on one seed`;
  const peers = failed ? `but on ${ROUNDS} seeds ${failed} did not pass, and ended early` : "";
  tell({ name, value: Math.min(...seconds), unit: "s", aim, peers });
}

/** Word count over 20 MB, built in, in one place; the texts cross from JavaScript as JSON. */
async function words() {
  const page = await open();
  await page.run(async () => {
    const { default: init, Playground } = await import("/jobs.js");
    await init();
    let state = 42;
    const draw = () => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return state / 2 ** 32;
    };
    // Words as frequent as in English: the n-th about a hundredth part of n as often as the first.
    const word = () => (20_000 ** draw() - 1).toFixed(0).replace(/\d/g, (digit) => "abcdefghij"[digit]);
    const text = () => Array.from({ length: 450_000 }, word).join(" ");
    const inputs = Array.from({ length: 8 }, (_, n) => ({
      name: `text-${n}`,
      text: text().padEnd(2_500_000, " whale "),
    }));
    globalThis.job = { Playground, input: { app: "word-count", reduceTasks: 10, inputs } };
  });
  const [spent] = await page.measure(() => job.Playground.runLocally(job.input).length);
  await page.close();
  tell({ name: "word count over 20 MB, built in, with its texts crossing as JSON", value: spent, unit: "s" });
}

try {
  await words();
  await steps(read("busy"));
  await sizes(read("sizes"));
  await suites(["2A", "2B", "2C", "2D"], "2A to 2D", "0.6");
  await suites(["3A", "3B"], "3A and 3B", "4");
} finally {
  await browser.close();
  await server.close();
}
