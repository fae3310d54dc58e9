// A visitor with a browser of their own. Whatever a test is about, it fails as well if the page logs an error, breaks its
// content security policy or asks another origin for anything.

import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { test as base, expect, inject } from "vitest";

declare module "vitest" {
  export interface ProvidedContext {
    address: string;
    browser: string;
    /** Programs that mean no good, as web/script/hostile.json lists them. */
    hostile: readonly Hostile[];
    /** A run with a program, recorded natively: tests/jobs/own-program.json. */
    ownProgram: string;
  }
}

export interface Hostile {
  name: string;
  code: string;
  /** `fine` if the job is done after all, else how it fails. */
  ends: string;
}

export const SIZES = {
  desk: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
} as const;
export type Size = keyof typeof SIZES;
export const EVERY_SIZE = Object.keys(SIZES) as Size[];

export interface Visitor extends Omit<BrowserContextOptions, "viewport"> {
  size?: Size;
  /** What follows the page's address: `#run=…`. */
  hash?: string;
  /** An error in the console that belongs to what is tested. */
  excused?: RegExp;
}

let shared: Promise<Browser> | undefined;
const browser = () => {
  shared ??= chromium.connect(inject("browser"));
  return shared;
};

/** Opens the page in a fresh profile, and waits for nothing. */
export type Arrive = (visitor?: Visitor) => Promise<Page>;

export interface Visits {
  arrive: Arrive;
  /** Closes everything; throws if a page complained of something. With a name, keeps pictures of how the pages looked. */
  leave: (failed?: string) => Promise<void>;
}

export function visits(): Visits {
  const complaints: string[] = [];
  const pages: Page[] = [];
  const home = new URL(inject("address"));
  const arrive: Arrive = async ({ size = "desk", hash = "", excused, ...options } = {}) => {
    const context = await (await browser()).newContext({ viewport: SIZES[size], ...options });
    context.setDefaultTimeout(45_000);
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (event) => {
        console.error(`content security policy: ${event.violatedDirective} refused ${event.blockedURI}`);
      });
    });
    context.on("request", (request) => {
      const url = new URL(request.url());
      const own = url.origin === home.origin || url.protocol === "data:" || url.protocol === "blob:";
      if (!own) complaints.push(`left its origin: ${url}`);
    });
    const page = await context.newPage();
    pages.push(page);
    page.on("pageerror", (error) => complaints.push(`error: ${error.stack ?? error.message}`));
    page.on("console", (message) => {
      if (message.type() === "error" && !excused?.test(message.text())) complaints.push(`console: ${message.text()}`);
    });
    await page.goto(home.href + hash);
    return page;
  };
  const leave = async (failed?: string) => {
    if (failed !== undefined) await keepPictures(pages, failed);
    for (const page of pages) await page.context().close();
    expect([...new Set(complaints)].slice(0, 3)).toEqual([]);
  };
  return { arrive, leave };
}

export const test = base.extend<{ arrive: Arrive }>({
  arrive: async ({ task }, use) => {
    const { arrive, leave } = visits();
    await use(arrive);
    await leave(task.result?.state === "fail" ? task.name : undefined);
  },
});

/** How the pages looked when a test failed: target/page/*.png. */
async function keepPictures(pages: readonly Page[], name: string) {
  for (const [i, page] of pages.entries()) {
    const file = `${name.replace(/\W+/g, "-")}${i === 0 ? "" : `-${i + 1}`}.png`;
    const path = decodeURIComponent(new URL(`../../../target/page/${file}`, import.meta.url).pathname);
    await page.screenshot({ path, timeout: 5_000 }).catch(() => {});
  }
}
