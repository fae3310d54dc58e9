// The page as a person uses it: found by role and name (www/README.md lists the names), driven by clicks, taps, drags and keys,
// read by what it shows.

import type { Locator, Page } from "playwright-core";
import { expect } from "vitest";

export interface Server {
  name: string;
  role: "follower" | "candidate" | "leader" | "crashed" | "paused";
  term: number;
  log: number;
  committed: number;
}

/** How long the page may take to show something on a busy machine, and how often it is looked at, in milliseconds. */
const PATIENCE = 60_000;
const EVERY = 40;

/** Waits until what `read` returns satisfies `wanted`, and returns it. */
export async function until<T>(read: () => Promise<T>, wanted: (value: T) => boolean, claim: string): Promise<T> {
  for (const end = Date.now() + PATIENCE; ; ) {
    const value = await read();
    if (wanted(value)) return value;
    if (Date.now() > end) throw new Error(`It did not happen that ${claim}; last seen: ${JSON.stringify(value)}`);
    await new Promise((done) => setTimeout(done, EVERY));
  }
}

export class Lab {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Waits for the first leader. */
  static async at(page: Page): Promise<Lab> {
    const lab = new Lab(page);
    await lab.leader();
    return lab;
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  // ── Reading ────────────────────────────────────────────────────────────────────────────────────────────────────

  get stage(): Locator {
    return this.page.getByRole("group", { name: "The cluster" });
  }

  /** A server's drawing on the stage. */
  server(name: string): Locator {
    return this.stage.getByRole("button", { name: new RegExp(`^${name}, `) });
  }

  /** Every server as the stage names it. */
  async servers(): Promise<Server[]> {
    const names = await this.stage
      .getByRole("button", { name: /^S\d, / })
      .evaluateAll((drawn) => drawn.map((one) => one.querySelector("title")?.textContent ?? ""));
    return names.map((name) => {
      const [, server = "", role = "", term, log, committed] =
        /^(S\d), (\w+)(?:, (?:on disk )?term (\d+), log (\d+)(?:, committed (\d+))?)?/.exec(name) ?? [];
      return {
        name: server,
        role: role as Server["role"],
        term: Number(term),
        log: Number(log),
        committed: Number(committed),
      };
    });
  }

  /** The leader of the highest term, once there is one that `wanted` accepts. */
  async leader(wanted: (leader: Server) => boolean = () => true): Promise<Server> {
    const find = async () =>
      (await this.servers()).filter((one) => one.role === "leader").sort((a, b) => b.term - a.term)[0];
    const found = await until(find, (one) => one !== undefined && wanted(one), "there is a leader");
    return found as Server;
  }

  /** The moment shown, in microseconds. */
  async now(): Promise<number> {
    return Number(await this.page.getByRole("slider", { name: "Time" }).inputValue());
  }

  /** The number of the current step, which the steps panel marks once routine steps are listed too. */
  async step(): Promise<number> {
    return Number(await this.page.locator("[aria-current=step]").first().getAttribute("data-step"));
  }

  /** Listed steps after `number`, oldest first. */
  async stepsAfter(number: number): Promise<{ number: number; text: string }[]> {
    const rows = await this.page
      .getByRole("list", { name: "Steps" })
      .getByRole("listitem")
      .evaluateAll((items) =>
        items.map((item) => ({
          number: Number(item.getAttribute("data-step")),
          text: (item.textContent ?? "").replace(/\s+/g, " ").trim(),
        })),
      );
    return rows.filter((row) => row.number > number).reverse();
  }

  /** What the logs panel says of every server's entries. */
  async logs(): Promise<string> {
    return (await this.page.getByRole("tabpanel").getByRole("img").first().getAttribute("aria-label")) ?? "";
  }

  // ── Doing ──────────────────────────────────────────────────────────────────────────────────────────────────────

  async show(tab: "Logs" | "Key/value" | "History" | "MapReduce" | "Checks" | "Steps" | "Rules" | "Stories" | "Labs") {
    await this.page.getByRole("tab", { name: tab }).click();
    // A panel comes when it is first shown.
    await this.page.locator("[role=tabpanel][aria-busy=false]").waitFor();
  }

  /** The button that plays or pauses, by what it would do now. */
  playButton(name: "Play" | "Pause"): Locator {
    return this.page.getByRole("banner").getByRole("button", { name });
  }

  async pause() {
    if (await this.playButton("Pause").isVisible()) await this.playButton("Pause").click();
    await this.playButton("Play").waitFor();
    await this.settled();
  }

  async play() {
    await this.playButton("Play").click();
    await this.playButton("Pause").waitFor();
  }

  /** Waits until a paused page has drawn the moment it stopped at: it says the same thing several times over. */
  async settled() {
    let before = -1;
    let same = 0;
    const rests = (now: number) => {
      same = now === before ? same + 1 : 0;
      before = now;
      return same >= 4;
    };
    await until(() => this.now(), rests, "the page comes to rest");
  }

  /** Ten times real time; a test has no eyes to strain. */
  async fast() {
    await this.page.getByRole("slider", { name: "Speed" }).press("End");
  }

  /** Real time, for what must be met half-way. */
  async realTime() {
    const speed = this.page.getByRole("slider", { name: "Speed" });
    await speed.press("End");
    for (let i = 0; i < 3; i++) await speed.press("ArrowLeft");
    expect(await speed.getAttribute("aria-valuetext")).toMatch(/^1×/);
  }

  /** Chooses from the menu of things to break. */
  async doBreak(item: string) {
    await this.page
      .getByRole("banner")
      .getByRole("button", { name: /^Break/ })
      .click();
    await this.page.getByRole("menuitem", { name: new RegExp(`^${item}`) }).click();
  }

  /** Types an operation into the console of a client; the key/value panel is in view. */
  async send(client: string, operation: string) {
    await this.page.getByRole("group", { name: "Client" }).getByRole("button", { name: client }).click();
    await this.page.getByRole("textbox", { name: "Operation" }).fill(operation);
    await this.page.keyboard.press("Enter");
  }

  /** A client's newest operation of that text, as its row reads, once it has its reply. */
  async replied(client: string, operation: string): Promise<string[]> {
    const row = this.page
      .getByRole("table", { name: `Operations of ${client}` })
      .getByRole("row")
      .filter({ has: this.page.getByRole("cell", { name: operation, exact: true }) })
      .first();
    return until(
      async () => ((await row.count()) === 0 ? [] : row.getByRole("cell").allTextContents()),
      (cells) => cells.length === 6 && cells[2] !== "waiting",
      `${client}'s ${operation} is answered`,
    );
  }

  /** Goes back with a button of the timeline; where it came from. */
  async back(button: string): Promise<number> {
    const from = await this.now();
    await this.button(button).click();
    await until(
      () => this.now(),
      (now) => now < from,
      `${button} goes back`,
    );
    await this.settled();
    return from;
  }

  /** Opens the share dialog, reads the link and closes it again. */
  async link(): Promise<string> {
    await this.page.getByRole("banner").getByRole("button", { name: "Share" }).click();
    const field = this.page.getByRole("textbox", { name: "Link to this run" });
    const link = await until(
      () => field.inputValue(),
      (value) => value.includes("#run="),
      "the link is made",
    );
    await this.page.getByRole("button", { name: "Close" }).click();
    return link;
  }
}
