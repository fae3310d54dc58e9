// The engine that runs MapReduce jobs, and the interpreter of programs that people have written: each a WebAssembly module of its
// own, fetched when it is first needed. Until a job is submitted the page's first engine takes the same steps and is smaller.

import type { Branch, Moment, Playground } from "splitbrain";
import type { Playground as JobsPlayground } from "splitbrain/jobs";

export type { JobsPlayground };

/** Real milliseconds of one call while a run is taken over. */
const STRIDE_MS = 1_000;

interface Loaded {
  Playground: typeof JobsPlayground;
  /** The same run as another engine has it: every branch as far as it has come, standing at the same moment. */
  move(from: Playground): JobsPlayground;
}

export class JobsEngine {
  /** The engine, once it is there. */
  loaded: Loaded | undefined;
  #loading: Promise<Loaded> | undefined;
  #interpreter: Promise<void> | undefined;

  load(): Promise<Loaded> {
    this.#loading ??= fetched(async () => {
      const { default: init, Playground } = await import("splitbrain/jobs");
      await init();
      this.loaded = { Playground, move: (from) => moved(from, Playground) };
      return this.loaded;
    }, "What runs jobs could not be fetched. Check the connection and try again.").catch((error: unknown) => {
      this.#loading = undefined;
      throw error;
    });
    return this.#loading;
  }

  /** Lets jobs run programs that people have written. */
  interpret(): Promise<void> {
    this.#interpreter ??= fetched(async () => {
      const [{ default: init, run }, { setInterpreter }] = await Promise.all([
        import("splitbrain/script"),
        import("splitbrain/jobs"),
        this.load(),
      ]);
      await init();
      setInterpreter(run);
    }, "What runs programs of your own could not be fetched. Check the connection and try again, or choose an application that is built in.").catch(
      (error: unknown) => {
        this.#interpreter = undefined;
        throw error;
      },
    );
    return this.#interpreter;
  }
}

async function fetched<T>(fetch: () => Promise<T>, otherwise: string): Promise<T> {
  try {
    return await fetch();
  } catch {
    throw new Error(otherwise);
  }
}

function moved(from: Playground, Target: typeof JobsPlayground): JobsPlayground {
  const { moment } = from.frame();
  const branches = from.branches();
  const to = Target.resume(from.scripts(), branches);
  // The one that is looked at comes last.
  for (const branch of [...branches].sort((a, b) => Number(a.current) - Number(b.current))) walk(to, branch);
  reach(to, moment);
  if (to.fingerprint() !== from.fingerprint()) throw new Error("The run could not be taken over: its steps differ.");
  return to;
}

function walk(engine: JobsPlayground, branch: Branch): void {
  engine.switchBranch(branch.id);
  reach(engine, branch.end);
}

function reach(engine: JobsPlayground, { at, step }: Moment): void {
  while (!engine.seek(at, step, STRIDE_MS).done);
}
