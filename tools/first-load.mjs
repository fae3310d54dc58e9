// What a first visit downloads: opens the built page in a real browser and adds up the JavaScript and WebAssembly that come
// before anybody clicks. Fails above the limit, and when a request leaves the page's own origin.
//
//   CHROME=/path/to/chromium node tools/first-load.mjs [--json]

import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { serve } from "./serve.mjs";

// Bytes, compressed: what a phone on a slow network waits for.
const limit = 250_000;
// Milliseconds without a request after which the first load counts as over.
const quiet = 1_500;

const server = await serve("www/dist", 0);
const browser = await chromium.launch({ executablePath: process.env.CHROME, args: ["--no-sandbox"] });
const loaded = new Map();
const strangers = [];
try {
  const page = await browser.newPage();
  let last = Date.now();
  page.context().on("request", (request) => {
    last = Date.now();
    const url = new URL(request.url());
    if (/^https?:$/.test(url.protocol) && url.origin !== new URL(server.address).origin) strangers.push(url.href);
  });
  page.context().on("response", async (response) => {
    last = Date.now();
    const path = new URL(response.url()).pathname;
    if (/\.(m?js|wasm)$/.test(path) && response.ok()) loaded.set(path, null);
  });
  await page.goto(server.address);
  while (Date.now() - last < quiet) await page.waitForTimeout(100);
  for (const path of loaded.keys()) {
    const body = new Uint8Array(await (await fetch(new URL(path, server.address))).arrayBuffer());
    loaded.set(path, gzipSync(body, { level: 9 }).length);
  }
} finally {
  await browser.close();
  await server.close();
}

const total = [...loaded.values()].reduce((sum, size) => sum + size, 0);
if (process.argv.includes("--json")) {
  console.log(JSON.stringify({ name: "first load, JS and wasm, gz", value: total, unit: "bytes", aim: `≤ ${limit}` }));
} else {
  for (const [path, size] of loaded) console.log(`${String(size).padStart(9)}  ${path}`);
  console.log(`${String(total).padStart(9)}  of at most ${limit} bytes, compressed`);
}

const complaints = strangers.map((url) => `A request left the page's own origin: ${url}`);
if (![...loaded.keys()].some((path) => path.endsWith(".wasm"))) complaints.push("The page did not load its engine.");
if (total > limit) complaints.push(`The first load is ${total - limit} bytes too heavy.`);
for (const complaint of complaints) console.error(complaint);
process.exitCode = complaints.length ? 1 : 0;
