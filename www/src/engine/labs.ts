// The course's tests and the stories, as the page asks for them: in a second engine, given up when a run of tests is cancelled.

import type { LabOutcome, LabTest, Story } from "splitbrain/labs";
import { SecondEngine } from "./second.js";
import { bundledTexts } from "./texts.js";

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

  readonly #engine = new SecondEngine();
  #turn = 0;

  /** Fetches the list of tests. */
  async list(): Promise<void> {
    if (this.tests.length > 0) return;
    await this.#try(async () => {
      this.tests = await this.#engine.call((host) => host.tests());
    });
  }

  /** Runs tests one after another, with the rules named in `without` switched off. A second call takes the first one's place. */
  async run(tests: readonly LabTest[], seed: number, without: readonly string[]): Promise<void> {
    const turn = ++this.#turn;
    for (const [done, { name, suite }] of tests.entries()) {
      if (turn !== this.#turn) return;
      this.running = { done, of: tests.length, name };
      this.changed();
      const went = await this.#try(async () => {
        const chapters = suite === "1" ? (await bundledTexts("chapters")).map(({ text }) => text) : [];
        const outcome = await this.#engine.call((host) => host.run(name, seed, [...without], chapters));
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
    this.#engine.discard();
    this.changed();
  }

  /** Runs a scenario. Rejects with its line and what is wrong there. */
  story(text: string): Promise<Story> {
    return this.#engine.call((host) => host.story(text));
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
      this.#engine.discard();
    }
    this.changed();
    return this.problem === null;
  }
}

/** The one there is: it outlives the panels that show it. */
export const labs = new Labs();
