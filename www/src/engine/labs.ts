// The page's side of the second worker: made when it is first asked for, given up when a run of tests is cancelled.

import { type Remote, wrap } from "comlink";
import type { LabOutcome, LabTest, Story } from "splitbrain/labs";
import type { LabsHost } from "./labs-worker.js";

/** A test takes a fraction of a second; a worker that is silent for this long is given up. */
const PATIENCE_MS = 60_000;

class Labs {
  /** What came of each test that was run, by its name. */
  readonly outcomes = new Map<string, LabOutcome>();
  tests: readonly LabTest[] = [];
  /** How far a run of several tests has come; null while none is under way. */
  running: { readonly done: number; readonly of: number; readonly name: string } | null = null;
  /** What went wrong, in a sentence. */
  problem: string | null = null;
  /** Called whenever any of this changed. */
  changed: () => void = () => {};

  #worker: Worker | null = null;
  /** Kept as long as the worker: Comlink closes the connection of a proxy that nobody holds any more. */
  #host: Remote<LabsHost> | null = null;
  #lost: Promise<never> | null = null;
  #turn = 0;

  /** Fetches the list of tests. */
  async list(): Promise<void> {
    if (this.tests.length > 0) return;
    await this.#try(async () => {
      this.tests = await this.#call((host) => host.tests());
    });
  }

  /** Runs tests one after another, with the rules named in `without` switched off. A second call takes the first one's place. */
  async run(tests: readonly LabTest[], seed: number, without: readonly string[]): Promise<void> {
    const turn = ++this.#turn;
    for (const [done, { name }] of tests.entries()) {
      if (turn !== this.#turn) return;
      this.running = { done, of: tests.length, name };
      this.changed();
      const went = await this.#try(async () => {
        const outcome = await this.#call((host) => host.run(name, seed, [...without]));
        if (turn === this.#turn) this.outcomes.set(name, outcome);
      });
      if (!went) break;
    }
    if (turn !== this.#turn) return;
    this.running = null;
    this.changed();
  }

  /** Stops where it is; what has an outcome keeps it. */
  cancel(): void {
    this.#turn++;
    this.running = null;
    this.#discard();
    this.changed();
  }

  /** Runs a scenario. Rejects with its line and what is wrong there. */
  story(text: string): Promise<Story> {
    return this.#call((host) => host.story(text));
  }

  async #try(work: () => Promise<void>): Promise<boolean> {
    const turn = this.#turn;
    try {
      await work();
      this.problem = null;
    } catch (error) {
      // What a cancelled run complains of concerns nobody.
      if (turn !== this.#turn) return false;
      this.problem = error instanceof Error ? error.message : String(error);
      this.#discard();
    }
    this.changed();
    return this.problem === null;
  }

  async #call<T>(make: (host: Remote<LabsHost>) => Promise<T>): Promise<T> {
    this.#worker ??= this.#start();
    this.#host ??= wrap<LabsHost>(this.#worker);
    const host = this.#host;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("The labs did not answer. Try again.")), PATIENCE_MS);
    });
    try {
      return await Promise.race([make(host), late, this.#lost ?? late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #start(): Worker {
    const worker = new Worker(new URL("./labs-worker.ts", import.meta.url), {
      type: "module",
      name: "splitbrain-labs",
    });
    this.#lost = new Promise<never>((_, reject) => {
      worker.addEventListener("error", (event) =>
        reject(new Error(event.message || "The labs could not be fetched. Check the connection and try again.")),
      );
    });
    this.#lost.catch(() => {});
    return worker;
  }

  #discard(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#host = null;
  }
}

/** The one there is: it outlives the panels that show it. */
export const labs = new Labs();
