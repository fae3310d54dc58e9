// The history that is looked at: where it comes from, its operations, and what the judge says of it. Judged in a second engine
// of its own, so that a long search neither stops the page nor a run of the course's tests, and can be given up at any time.

import { proxy, type Remote } from "comlink";
import type { HistoryModel, HistoryOperation, HistoryProgress, JudgedHistory } from "splitbrain/labs";
import { count } from "../model/format.js";
import { collectionsIn } from "../model/saved.js";
import type { LabsHost } from "./labs-worker.js";
import { SecondEngine } from "./second.js";
import { textsOf } from "./texts.js";
import { isTrap } from "./trap.js";

/** What the core reads at most, in bytes. */
export const LONGEST = 64 << 20;

/** How far a search goes before somebody is asked whether it shall go on. */
const FIRST_STEPS = 5_000_000;

export type Form = "edn" | "lines" | "porcupine";

export type Source =
  /** A run, as its script, up to the moment that the script was saved at; and whether programs in it may run. */
  | { readonly kind: "run"; readonly script: string; readonly step: number; readonly programs: boolean }
  | { readonly kind: "text"; readonly name: string; readonly text: string; readonly model: HistoryModel };

class Histories {
  source: Source | null = null;
  operations: readonly HistoryOperation[] = [];
  judged: JudgedHistory | null = null;
  /** What is being done, in words, and how much of it is behind us, from 0 to 1; null while that is not known. */
  running: { readonly words: string; readonly part: number | null } | null = null;
  /** What went wrong, in a sentence. */
  problem: string | null = null;
  /** Whether somebody stopped the search. */
  stopped = false;
  /** Called whenever any of this changed. */
  changed: () => void = () => {};

  readonly #engine = new SecondEngine();
  #steps = FIRST_STEPS;
  #turn = 0;
  /** Whether the engine has the history open. */
  #isOpen = false;

  /** Reads a history and judges it. What was there is gone. */
  async open(source: Source): Promise<void> {
    if (this.running) this.#discard();
    this.#turn++;
    this.source = source;
    this.operations = [];
    this.judged = null;
    this.stopped = false;
    this.#steps = FIRST_STEPS;
    this.#isOpen = false;
    await this.#work(async () => {
      await this.#read();
      await this.#judge();
    });
  }

  /** Judges it again, ten times as long as before. */
  async goOn(): Promise<void> {
    this.#steps *= 10;
    await this.judge();
  }

  async judge(): Promise<void> {
    this.stopped = false;
    await this.#work(async () => {
      await this.#read();
      await this.#judge();
    });
  }

  /** The history as a file; null if that did not come about. */
  async write(form: Form): Promise<string | null> {
    let text: string | null = null;
    await this.#work(async () => {
      await this.#read();
      this.#say("Writing the file", null);
      text = await this.#ask(
        (host, progress) => host.writeHistory(form, this.#steps, progress),
        (steps) => this.#say("Judging it again, for the file", steps / this.#steps),
      );
    });
    return text;
  }

  /** Stops where it is; what has been read stays. */
  cancel(): void {
    if (!this.running) return;
    this.#discard();
    this.stopped = this.judged === null;
    // What it is to be ten times longer than next.
    this.#steps = Math.max(FIRST_STEPS, this.judged?.steps ?? 0);
    this.running = null;
    this.changed();
  }

  async #read(): Promise<void> {
    const source = this.source;
    if (this.#isOpen || !source) return;
    this.#say("Reading the history", null);
    if (source.kind === "text")
      this.operations = await this.#engine.call((host) => host.readHistory(source.text, source.model), true);
    else {
      const texts = (await textsOf(collectionsIn(source.script))).map((one) => one.text);
      this.operations = await this.#ask(
        (host, progress) => host.historyOfRun(source.script, texts, source.programs, progress),
        (done, _, of) => this.#say("Running it again", done / of),
      );
    }
    this.#isOpen = true;
    this.changed();
  }

  async #judge(): Promise<void> {
    this.#say("Judging it", 0);
    this.judged = await this.#ask(
      (host, progress) => host.judgeHistory(this.#steps, progress),
      (steps, decided, of) =>
        this.#say(
          `Judging it: ${count(steps, "step")}${of > 1 ? `, ${decided} of ${of} keys decided` : ""}`,
          steps / this.#steps,
        ),
    );
  }

  async #work(work: () => Promise<void>): Promise<void> {
    const turn = ++this.#turn;
    this.problem = null;
    try {
      await work();
    } catch (error) {
      // What a search that was given up complains of concerns nobody.
      if (turn !== this.#turn) return;
      this.problem = sentence(error);
      // An engine that trapped is of no use any more.
      if (isTrap(error)) this.#discard();
    }
    if (turn !== this.#turn) return;
    this.running = null;
    this.changed();
  }

  /** Asks what takes long and says how far it is. Words come by a way of their own: one that comes after the answer, or after the
   * work was given up, is not heard. */
  async #ask<T>(
    ask: (host: Remote<LabsHost>, progress: HistoryProgress) => Promise<T>,
    hear: HistoryProgress,
  ): Promise<T> {
    const turn = this.#turn;
    let answered = false;
    const progress = proxy((...said: Parameters<HistoryProgress>) => {
      if (!answered && turn === this.#turn) hear(...said);
    });
    try {
      return await this.#engine.call((host) => ask(host, progress), true);
    } finally {
      answered = true;
    }
  }

  #say(words: string, part: number | null): void {
    this.running = { words, part };
    this.changed();
  }

  #discard(): void {
    this.#turn++;
    this.#isOpen = false;
    this.#engine.discard();
  }
}

function sentence(error: unknown): string {
  if (isTrap(error)) return "There was not enough memory for this history. Try a shorter part of it.";
  const message = error instanceof Error ? error.message : String(error);
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? "" : "."}`;
}

/** The one there is: it outlives the panel that shows it. */
export const histories = new Histories();
