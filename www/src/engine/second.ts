// A worker with the second engine: made when something is first asked of it, given up when nobody wants to wait any longer.

import { type Remote, wrap } from "comlink";
import type { LabsHost } from "./labs-worker.js";

/** A test takes a fraction of a second; a worker that is silent for this long is given up. */
const PATIENCE_MS = 60_000;

export class SecondEngine {
  #worker: Worker | null = null;
  /** Kept as long as the worker: Comlink closes the connection of a proxy that nobody holds any more. */
  #host: Remote<LabsHost> | null = null;
  #lost: Promise<never> = new Promise(() => {});
  #lose: (why: Error) => void = () => {};

  /** Asks it something. `patient`: for as long as it takes. */
  async call<T>(make: (host: Remote<LabsHost>) => Promise<T>, patient = false): Promise<T> {
    this.#worker ??= this.#start();
    this.#host ??= wrap<LabsHost>(this.#worker);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      if (!patient) timer = setTimeout(() => reject(new Error("The labs did not answer. Try again.")), PATIENCE_MS);
    });
    try {
      return await Promise.race([make(this.#host), late, this.#lost]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it, whatever it is doing: what was asked of it is rejected. */
  discard(): void {
    this.#worker?.terminate();
    this.#worker = null;
    this.#host = null;
    this.#lose(new Error("It was stopped."));
  }

  #start(): Worker {
    const worker = new Worker(new URL("./labs-worker.ts", import.meta.url), {
      type: "module",
      name: "splitbrain-labs",
    });
    this.#lost = new Promise<never>((_, reject) => {
      this.#lose = reject;
    });
    this.#lost.catch(() => {});
    worker.addEventListener("error", (event) =>
      this.#lose(new Error(event.message || "The labs could not be fetched. Check the connection and try again.")),
    );
    return worker;
  }
}
