// How fast the engine steps as WebAssembly: the cluster of tests/bench/busy.json, with every check on, in the browser that the tests use.
// The native half of `make bench` runs the same file.
//
//   CHROME=/path/to/chromium node tools/bench-wasm.mjs

import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

const busy = JSON.parse(readFileSync("tests/bench/busy.json", "utf8"));
const server = await serve("web/pkg", 0);
const browser = await chromium.launch({ executablePath: process.env.CHROME, args: ["--no-sandbox"] });
try {
  const page = await browser.newPage();
  // Any document of the package's own origin will do to load it from.
  await page.goto(`${server.address}package.json`);
  const rates = await page.evaluate(async (busy) => {
    const { default: init, Playground } = await import("/splitbrain.js");
    await init();
    const rates = [];
    // The first round also warms the compiler up, and seldom wins.
    for (let round = 0; round < 3; round++) {
      const playground = Playground.open(busy.config);
      for (const act of busy.acts) playground.act(act);
      const began = performance.now();
      const { done, moment } = playground.runUntil(busy.seconds * 1e6, 120_000);
      if (!done) throw new Error(`the run stands at step ${moment.step} after two minutes`);
      // One thread that never waits: a second on the clock is a second of the processor.
      rates.push(moment.step / ((performance.now() - began) / 1e3));
      playground.free();
    }
    return rates;
  }, busy);
  console.log(
    JSON.stringify({
      name: "steps a second: 5 servers, 3 busy clients, all checks",
      value: Math.max(...rates),
      unit: "steps/s",
      aim: "0.6 of native",
      peers: "a TypeScript rival: 170,000",
    }),
  );
} finally {
  await browser.close();
  await server.close();
}
