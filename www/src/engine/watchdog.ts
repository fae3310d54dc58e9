// A worker that is given up when it traps or stops answering.

import { type Remote, wrap } from "comlink";
import type { Host } from "./host.js";
import { TRAP } from "./trap.js";

/** The engine is gone: it trapped, or did not answer in time. The message is for the reader. */
export class EngineLost extends Error {}

/** The engine was given up because somebody did not want to wait any longer. */
export class GivenUp extends EngineLost {}

/** How long an ordinary call may take; calls are budgeted, so a healthy engine needs a hundredth of it. */
const PATIENCE_MS = 8_000;

export class Engine {
  /** Whether it was given an interpreter: from then on it runs whatever programs are in its run, and may take long over it. */
  interprets = false;
  readonly #worker: Worker;
  readonly #host: Remote<Host>;
  #lose: (reason: EngineLost) => void = () => {};
  readonly #lost: Promise<never>;
  #calledAt: number | null = null;

  constructor() {
    this.#worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module", name: "splitbrain" });
    this.#host = wrap<Host>(this.#worker);
    this.#lost = new Promise<never>((_, reject) => {
      this.#lose = reject;
    });
    this.#lost.catch(() => {});
    this.#worker.addEventListener("error", (event) => {
      this.#lose(new EngineLost(event.message || "the engine could not be loaded"));
    });
  }

  /** Makes one call. Rejects with `EngineLost` when the worker must be replaced, else with the engine's own error. */
  async call<T>(make: (host: Remote<Host>) => Promise<T>, patience: number = PATIENCE_MS): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    this.#calledAt = performance.now();
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new EngineLost(`no answer for ${Math.round(patience / 1000)} seconds`)),
        patience,
      );
    });
    try {
      return await Promise.race([make(this.#host), timeout, this.#lost]);
    } catch (error) {
      if (error instanceof Error && error.name === TRAP) throw new EngineLost(error.message);
      throw error;
    } finally {
      clearTimeout(timer);
      this.#calledAt = null;
    }
  }

  /** For how long the call under way has been. */
  get silence(): number {
    return this.#calledAt === null ? 0 : performance.now() - this.#calledAt;
  }

  /** Waits no longer for the call under way. */
  giveUp(): void {
    this.#lose(new GivenUp("it was cancelled"));
  }

  discard(): void {
    this.#worker.terminate();
  }
}
