// Serves the built page and starts the browser that all tests share. CHROME names the browser.

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "../../../tools/serve.mjs";

export default async function setup(project) {
  const dist = fileURLToPath(new URL("../../../www/dist", import.meta.url));
  if (!existsSync(dist)) throw new Error("There is no built page to test: run make build.");
  if (!process.env.CHROME) throw new Error("CHROME must name a Chromium: make test sets it.");
  const server = await serve(dist, 0);
  const browser = await chromium.launchServer({
    executablePath: process.env.CHROME,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
  project.provide("address", server.address);
  project.provide("browser", browser.wsEndpoint());
  const hostile = new URL("../../../web/script/hostile.json", import.meta.url);
  project.provide("hostile", existsSync(hostile) ? JSON.parse(readFileSync(hostile, "utf8")) : []);
  project.provide("ownProgram", readFileSync(new URL("../../jobs/own-program.json", import.meta.url), "utf8"));
  return async () => {
    await browser.close();
    await server.close();
  };
}
