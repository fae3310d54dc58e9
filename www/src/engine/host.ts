// What the worker does for the page: owns the Playground, and answers each request with everything the page needs to
// draw, in one message. It decides nothing about the cluster.

import type {
  Action,
  Branch,
  Check,
  Config,
  Frame,
  JobInput,
  LogRow,
  Mark,
  Micros,
  Progress,
  Rule,
  ToldStep,
  Way,
} from "splitbrain";
import init, { freshSeed, Playground } from "splitbrain";
import type { Attempt, JobOutput, ScriptProblem, StoredFile } from "splitbrain/jobs";
import { JobsEngine, type JobsPlayground } from "./jobs-engine.js";
import { isTrap, TRAP } from "./trap.js";

export interface Text {
  name: string;
  text: string;
}

/** What the page wants besides the frame. */
export interface Ask {
  /** The window of log indexes in view. */
  logs: { from: number | "latest"; count: number };
  /** Steps after this number, at most `limit`; what the page has already is not sent twice. */
  steps: { branch: number; after: number; limit: number };
  /** Timeline marks of a branch from this one on. */
  marks: { branch: number; from: number };
  /** How many operations of clients, with their ways. */
  operations: number;
  /** The attempts at the job's tasks. */
  attempts: boolean;
  /** Checks, rules and branches too. */
  whole: boolean;
}

export interface Answer {
  frame: Frame;
  done: boolean;
  fraction: number;
  logs?: { from: number; longest: number; rows: LogRow[] };
  steps?: { branch: number; after: number; list: ToldStep[] };
  marks?: { branch: number; from: number; list: Mark[] };
  checks?: Check[];
  rules?: Rule[];
  branches?: Branch[];
  operations?: Way[];
  attempts?: Attempt[];
  config?: Config;
  /** The run as it now stands, after anything that changed it: what a fresh engine is restored from. */
  script?: string;
}

/** How far a new run is taken to find its first leader, and in what strides. */
const SETTLE_WITHIN: Micros = 3_000_000;
const SETTLE_STRIDE: Micros = 10_000;

/** Bytes of log near which a visitor's servers take a snapshot: after some thirty operations, so that it is soon seen. */
const SNAPSHOT_NEAR = 1_500;

export class Host {
  #playground: Playground | undefined;
  /** The same as `#playground` once jobs can be run in it. */
  #withJobs: JobsPlayground | undefined;
  readonly #jobs = new JobsEngine();

  async start(): Promise<Config> {
    await init();
    return { ...Playground.defaultConfig(), maxRaftState: SNAPSHOT_NEAR };
  }

  freshSeed(): number {
    return guarded(freshSeed);
  }

  /** A new run, taken to the moment its first leader is elected. */
  open(config: Config, ask: Ask): Answer {
    return guarded(() => {
      const { loaded } = this.#jobs;
      if (loaded) this.#replace(loaded.Playground.open(config), true);
      else this.#replace(Playground.open(config), false);
      const engine = this.#engine();
      for (let at = SETTLE_STRIDE; at <= SETTLE_WITHIN && engine.frame().leader === null; at += SETTLE_STRIDE) {
        engine.runUntil(at, 1000);
      }
      return this.#changed(ask);
    });
  }

  /** `programs`: whether what people have written in it may run. Without an interpreter it cannot. */
  async openScript(json: string, texts: Text[], programs: boolean, ask: Ask): Promise<Answer> {
    if (programs) await this.#jobs.interpret();
    // What no job is submitted in needs no engine that runs them.
    const jobs = json.includes('"submit"') ? await this.#jobs.load() : this.#jobs.loaded;
    return guarded(() => {
      if (jobs) this.#replace(jobs.Playground.fromScript(json, texts), true);
      else this.#replace(Playground.fromScript(json, texts), false);
      return this.#changed(ask);
    });
  }

  look(ask: Ask): Answer {
    return guarded(() => this.#answer(ask));
  }

  advance(to: Micros, budget: number, ask: Ask): Answer {
    return guarded(() => this.#progress(this.#engine().runUntil(to, budget), ask));
  }

  seek(at: Micros, step: number | undefined, budget: number, ask: Ask): Answer {
    return guarded(() => this.#progress(this.#engine().seek(at, step, budget), ask));
  }

  step(ask: Ask): Answer {
    return guarded(() => {
      this.#engine().step();
      return this.#answer(ask);
    });
  }

  stepBack(ask: Ask): Answer {
    return guarded(() => {
      this.#engine().stepBack();
      return this.#answer(ask);
    });
  }

  act(actions: Action[], ask: Ask): Answer {
    return guarded(() => {
      for (const action of actions) this.#engine().act(action);
      return this.#changed(ask);
    });
  }

  async submit(job: JobInput, ask: Ask): Promise<Answer> {
    if (typeof job.app === "object" && "script" in job.app) await this.#jobs.interpret();
    const engine = await this.#engineWithJobs();
    return guarded(() => {
      engine.submit(job);
      return this.#changed(ask);
    });
  }

  switchBranch(id: number, ask: Ask): Answer {
    return guarded(() => {
      this.#engine().switchBranch(id);
      return this.#changed(ask);
    });
  }

  why(step: number): ToldStep[] {
    return guarded(() => this.#engine().why(step));
  }

  jobOutput(): JobOutput | undefined {
    return guarded(() => this.#withJobs?.jobOutput());
  }

  /** What is wrong with a program before it is run; null if nothing is. */
  async checkScript(code: string): Promise<ScriptProblem | null> {
    await this.#jobs.interpret();
    const engine = await this.#engineWithJobs();
    return guarded(() => engine.checkScript(code) ?? null);
  }

  files(): StoredFile[] {
    return guarded(() => this.#withJobs?.files() ?? []);
  }

  file(at: number, name: string, from: number, count: number): string {
    return guarded(() => this.#withJobs?.file(at, name, from, count) ?? "");
  }

  script(): string {
    return guarded(() => this.#engine().script());
  }

  fingerprint(): string {
    return guarded(() => this.#engine().fingerprint());
  }

  provokeTrap(): void {
    guarded(() => this.#engine().provokeTrap());
  }

  /** The run in an engine that runs jobs: the same run, with all its branches, if it was in one that does not. */
  async #engineWithJobs(): Promise<JobsPlayground> {
    if (this.#withJobs) return this.#withJobs;
    const jobs = await this.#jobs.load();
    return guarded(() => {
      const moved = jobs.move(this.#engine());
      this.#replace(moved, true);
      return moved;
    });
  }

  #engine(): Playground {
    if (this.#playground === undefined) throw new Error("No run is open yet.");
    return this.#playground;
  }

  #replace(next: JobsPlayground, withJobs: true): void;
  #replace(next: Playground, withJobs: false): void;
  #replace(next: JobsPlayground, withJobs: boolean): void {
    this.#playground?.free();
    this.#playground = next;
    this.#withJobs = withJobs ? next : undefined;
  }

  #progress(progress: Progress, ask: Ask): Answer {
    return { ...this.#answer(ask), done: progress.done, fraction: progress.thousandths / 1000 };
  }

  #changed(ask: Ask): Answer {
    return {
      ...this.#answer({ ...ask, whole: true }),
      config: this.#engine().config(),
      script: this.#engine().script(),
    };
  }

  #answer(ask: Ask): Answer {
    const engine = this.#engine();
    const frame = engine.frame();
    const answer: Answer = { frame, done: true, fraction: 1 };
    if (!ask.whole) return answer;
    const branch = frame.moment.branch;

    const longest = Math.max(0, ...frame.nodes.map((node) => node.server?.lastIndex ?? node.durable?.lastIndex ?? 0));
    const from = ask.logs.from === "latest" ? Math.max(1, longest - ask.logs.count + 1) : ask.logs.from;
    answer.logs = { from, longest, rows: engine.logs(from, ask.logs.count) };

    const known = ask.steps.branch === branch && ask.steps.after <= frame.moment.step ? ask.steps.after : 0;
    const after = Math.max(known, frame.moment.step - ask.steps.limit, 0);
    answer.steps = { branch, after, list: engine.stepsSince(after, ask.steps.limit) };

    const marksFrom = ask.marks.branch === branch ? ask.marks.from : 0;
    answer.marks = { branch, from: marksFrom, list: engine.marks(marksFrom) };

    answer.checks = engine.checks();
    answer.rules = engine.rules();
    answer.branches = engine.branches();
    answer.operations = ask.operations > 0 ? engine.operations(ask.operations) : [];
    answer.attempts = ask.attempts ? (this.#withJobs?.attempts() ?? []) : [];
    return answer;
  }
}

/** Runs a call into the engine, telling a trap (after which the instance is poisoned) from an ordinary error. */
function guarded<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (isLost(error)) {
      const trap = new Error(error instanceof Error ? error.message : String(error));
      trap.name = TRAP;
      throw trap;
    }
    throw error instanceof Error ? error : new Error(String(error));
  }
}

/** Besides traps: the binding's own refusals once an earlier call has trapped. */
const isLost = (error: unknown): boolean =>
  isTrap(error) ||
  (error instanceof Error && /recursive use of an object|null pointer passed to rust/.test(error.message));
