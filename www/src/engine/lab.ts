// The page's one connection to the engine: plays, seeks, acts, and keeps the view that panels draw. It owns pace and
// presentation; what happens next is the engine's to say.

import type { Action, Config, JobInput, Micros, ToldStep } from "splitbrain";
import type { JobOutput, ScriptProblem, StoredFile } from "splitbrain/jobs";
import { span } from "../model/format.js";
import type { Scene } from "../model/narration.js";
import type { Program } from "../model/saved.js";
import { DEFAULT_NOTCH, virtualFor } from "../model/speed.js";
import type { Answer } from "./host.js";
import { type Consent, SLOW_MS, Turns } from "./turns.js";
import type { View } from "./view.js";
import { Engine, EngineLost, GivenUp } from "./watchdog.js";

export { Handled } from "./turns.js";

/** Real time one call may take while playing: within an animation frame, with room to draw. */
const FRAME_BUDGET_MS = 9;
/** And while seeking, where only progress is drawn. */
const SEEK_BUDGET_MS = 40;
/** And while running ahead: whoever wants the end does not look at what is drawn on the way. */
const AHEAD_BUDGET_MS = 100;
const AHEAD_WHOLE_EVERY_MS = 400;
/** Panels other than the stage are refreshed this often while playing. */
const WHOLE_EVERY_MS = 120;
/** Strides of a run ahead, in virtual time. */
const SHORTEST_STRIDE = 10_000;
const LONGEST_STRIDE = 320_000;
/** Longest real time from one beat of a story to the next. */
const LONGEST_SCENE_MS = 9_000;
/** Opening a run or a job may have to read megabytes. */
const LONG_CALL_MS = 60_000;

export interface OpenStory {
  readonly title: string;
  readonly paper: string;
  readonly scenes: readonly Scene[];
  /** The branch that the story is told on. */
  readonly branch: number;
}

export class Lab extends Turns {
  notch = DEFAULT_NOTCH;
  /** The story that this run tells, while it is told. */
  story: OpenStory | null = null;
  /** A run with programs in it that is not opened before somebody has seen them. */
  foreign: { readonly json: string; readonly programs: readonly Program[] } | null = null;

  #defaults: Config | null = null;
  #cancelled = false;
  /** Whether the engine is a fresh one, in which nothing is open yet. */
  #opening = false;
  #seekingTo: number | null = null;
  #raf = 0;
  /** Where playing stops by itself. */
  #target: { at: Micros; step: number; haste: number } | null = null;
  #lastTick = 0;
  #lastWhole = 0;

  // ── Opening ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Starts the engine and its default run, unless another one was opened before its turn came. */
  start(): Promise<void> {
    return this.exclusive("starting", async () => {
      if (this.view === null) await this.#begin(await this.defaults());
    });
  }

  async defaults(): Promise<Config> {
    this.#defaults ??= await this.engine.call((host) => host.start(), LONG_CALL_MS);
    return this.#defaults;
  }

  /** A new run. Throws the engine's sentence when the config is refused. */
  open(config: Config): Promise<void> {
    return this.exclusive("opening a new run", () => this.#begin(config));
  }

  async #begin(config: Config): Promise<void> {
    this.opened(await this.engine.call((host) => host.open(config, this.ask(true, null)), LONG_CALL_MS), null);
    this.story = null;
    this.play();
  }

  /**
   * Opens a run from its script and seeks to the moment it was saved at. One with programs in it waits until somebody has seen them
   * and said what is to be done: run them, or open it at its beginning without anything that could.
   */
  openScript(json: string, how: "run" | "refuse" | null = null): Promise<void> {
    return this.exclusive("opening a run", async () => {
      const { savedMoment, programsIn } = await import("../model/saved.js");
      const programs = programsIn(json);
      this.foreign = how === null && programs.length > 0 ? { json, programs } : null;
      if (this.foreign) {
        this.pause();
        this.changed();
        return;
      }
      const consent = programs.length > 0 ? how : null;
      // Programs run in an engine that was made for them. What was open before must not come to run in it, should this run not
      // open; nor must the next run.
      const apart = this.engine.interprets || consent === "run";
      if (!apart) await this.defaults();
      const load = () => this.#load(json, consent);
      this.opened(await (apart ? this.#inFreshEngine(load, consent === "run") : load()), consent);
      const saved = consent === "refuse" ? null : savedMoment(json);
      this.story = null;
      if (saved !== null) await this.#seekNow(saved.at, saved.step, "Replaying the run");
      this.pause();
    });
  }

  /** Opens a story's run at its first beat. */
  async openStory(script: string, story: Omit<OpenStory, "branch">): Promise<void> {
    await this.openScript(script);
    const first = story.scenes[0];
    if (first) await this.seek(first.at, first.step);
    this.story = { ...story, branch: this.view?.frame.moment.branch ?? 0 };
    this.changed();
  }

  endStory(): void {
    this.story = null;
    this.changed();
  }

  async #load(json: string, consent: Consent): Promise<Answer> {
    const { collectionsIn } = await import("../model/saved.js");
    const collections = collectionsIn(json);
    const texts = collections.length > 0 ? await (await import("./texts.js")).textsOf(collections) : [];
    const programs = consent === "run";
    this.engine.interprets ||= programs;
    return this.engine.call((host) => host.openScript(json, texts, programs, this.ask(true, null)), LONG_CALL_MS);
  }

  /** Opens a run in a fresh engine. If that fails, the run that was open stands where it stood, in the engine it was in. */
  async #inFreshEngine<T>(open: () => Promise<T>, interprets: boolean): Promise<T> {
    const old = this.engine;
    this.engine = new Engine();
    this.engine.interprets = interprets;
    this.#opening = true;
    try {
      await this.engine.call((host) => host.start(), LONG_CALL_MS);
      const opened = await open();
      old.discard();
      return opened;
    } catch (error) {
      this.engine.discard();
      this.engine = old;
      if (!(error instanceof EngineLost)) throw error;
      const why = error instanceof GivenUp ? "Cancelled" : `The engine stopped (${error.message})`;
      throw new Error(`${why} before the run was open. What was open before is as it was.`);
    } finally {
      this.#opening = false;
    }
  }

  /** Leaves the run with programs that waits to be opened, if it is still that one which waits. */
  dismissForeign(run: Lab["foreign"]): void {
    if (this.foreign !== run) return;
    this.foreign = null;
    this.changed();
  }

  freshSeed(): Promise<number> {
    return this.exclusive("drawing a seed", () => this.engine.call((host) => host.freshSeed()));
  }

  // ── Time ───────────────────────────────────────────────────────────────────────────────────────────────────────

  play(): void {
    if (this.playing) return;
    this.playing = true;
    this.#lastTick = performance.now();
    this.#raf = requestAnimationFrame(this.#tick);
    this.changed();
  }

  /** Plays to a moment and stops there; faster than usual where that would take long. */
  playTo(at: Micros, step: number): void {
    const real = Math.max(0, at - (this.view?.now ?? 0)) / virtualFor(1, this.notch);
    this.#target = { at, step, haste: Math.max(1, real / LONGEST_SCENE_MS) };
    this.play();
  }

  override pause(): void {
    this.#target = null;
    if (!this.playing) return;
    this.playing = false;
    cancelAnimationFrame(this.#raf);
    this.changed();
    void this.refresh();
  }

  toggle(): void {
    if (this.playing) this.pause();
    else this.play();
  }

  setSpeed(notch: number): void {
    this.notch = notch;
    this.changed();
  }

  readonly #tick = (at: number): void => {
    if (!this.playing) return;
    this.#raf = requestAnimationFrame(this.#tick);
    if (this.waiting > 0 || this.view === null) {
      this.#lastTick = at;
      return;
    }
    const target = this.#target;
    const on = Math.round(virtualFor(at - this.#lastTick, this.notch) * (target?.haste ?? 1));
    this.#lastTick = at;
    if (target && this.view.now + on >= target.at) {
      this.pause();
      void this.seek(target.at, target.step);
      return;
    }
    const to = this.view.now + on;
    const whole = this.#panelsAreDue(at);
    void this.exclusive("running", async () => {
      const answer = await this.engine.call(
        (host) => host.advance(to, FRAME_BUDGET_MS, this.ask(whole)),
        this.#patience,
      );
      this.take(answer, answer.done ? to : answer.frame.moment.at);
    });
  };

  step(): Promise<void> {
    this.pause();
    return this.exclusive("stepping", async () => {
      const before = this.view?.frame.nodes ?? null;
      this.take(await this.engine.call((host) => host.step(this.ask(true)), this.#patience), undefined, before);
    });
  }

  stepBack(): Promise<void> {
    this.pause();
    return this.exclusive("stepping back", async () => {
      this.take(await this.engine.call((host) => host.stepBack(this.ask(true)), LONG_CALL_MS));
    });
  }

  /** Goes to a moment of this branch. While one seek runs, only the newest request that arrives is kept. */
  seek(at: Micros, step?: number): Promise<void> {
    this.#seekingTo = at;
    return this.exclusive("seeking", async () => {
      if (step === undefined && this.#seekingTo !== at) return;
      await this.#seekNow(at, step, "Seeking");
    });
  }

  async #seekNow(at: Micros, step: number | undefined, label: string): Promise<void> {
    this.#cancelled = false;
    const started = performance.now();
    for (;;) {
      const answer = await this.engine.call(
        (host) => host.seek(at, step, SEEK_BUDGET_MS, this.ask(true)),
        LONG_CALL_MS,
      );
      this.take(answer, answer.done ? Math.max(at, answer.frame.moment.at) : undefined);
      if (answer.done || this.#cancelled) break;
      if (performance.now() - started > 200) this.setBusy({ label, fraction: answer.fraction });
    }
    this.setBusy(null);
  }

  /** Runs as fast as it can until `goal` holds, at most `within` virtual time; can be cancelled. */
  runUntil(label: string, goal: (view: View) => boolean, within: Micros, part: (view: View) => number): Promise<void> {
    this.pause();
    return this.exclusive("running ahead", async () => {
      this.#cancelled = false;
      const end = (this.view?.now ?? 0) + within;
      let stride = SHORTEST_STRIDE;
      while (this.view !== null && !goal(this.view) && this.view.now < end && !this.#cancelled) {
        const started = performance.now();
        const to: Micros = Math.min(end, this.view.now + stride);
        const answer = await this.engine.call(
          (host) => host.advance(to, AHEAD_BUDGET_MS, this.ask(this.#panelsAreDue(started, AHEAD_WHOLE_EVERY_MS))),
          this.#patience,
        );
        this.take(answer, answer.done ? to : answer.frame.moment.at);
        // Longer strides cost less; short ones stop nearer to the goal.
        const quick = answer.done && performance.now() - started < AHEAD_BUDGET_MS / 2;
        stride = quick ? Math.min(LONGEST_STRIDE, stride * 2) : Math.max(SHORTEST_STRIDE, stride / 2);
        this.setBusy({ label, fraction: part(this.view) });
      }
      this.setBusy(null);
      const { now } = this.view ?? { now: 0 };
      this.take(await this.engine.call((host) => host.look(this.ask(true))), now);
    });
  }

  /** Stops a seek or a run ahead where it is. */
  cancel(): void {
    this.#cancelled = true;
    // A program that computes for long does not hear of it: its engine is given up, and what was open before is there again.
    if (this.#opening || (this.engine.interprets && this.engine.silence > SLOW_MS)) this.engine.giveUp();
  }

  /** Programs may take seconds over one call; they have limits of their own. */
  get #patience(): number | undefined {
    return this.engine.interprets ? LONG_CALL_MS : undefined;
  }

  // ── Doing ──────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Does something to the cluster, now. Engine errors become a notice. */
  act(...actions: Action[]): Promise<void> {
    const label = actions.map(describe).join(", ");
    return this.exclusive(label, async () => {
      this.keep(await this.engine.call((host) => host.act(actions, this.ask(true))));
    });
  }

  /**
   * Steps until `wanted` finds something to do, at most `most` steps, and does it there. Resolves to whether it was done.
   */
  actWhen(label: string, wanted: (view: View) => Action[] | null, most: number): Promise<boolean> {
    this.pause();
    return this.exclusive(label, async () => {
      this.#cancelled = false;
      for (let i = 0; i < most && this.view !== null && !this.#cancelled; i++) {
        const actions = wanted(this.view);
        if (actions !== null) {
          this.setBusy(null);
          this.keep(await this.engine.call((host) => host.act(actions, this.ask(true))));
          return true;
        }
        this.take(await this.engine.call((host) => host.step(this.ask(i % 20 === 19))));
        if (i > 40) this.setBusy({ label, fraction: i / most });
      }
      this.setBusy(null);
      return false;
    });
  }

  submit(job: JobInput): Promise<void> {
    return this.exclusive("submitting a job", async () => {
      const own = typeof job.app === "object" && "script" in job.app;
      if (own) this.#admitPrograms();
      const answer = await this.engine.call((host) => host.submit(job, this.ask(true)), LONG_CALL_MS);
      this.keep(answer, own ? "run" : this.programs);
    });
  }

  switchBranch(id: number): Promise<void> {
    return this.exclusive("switching branches", async () => {
      const target = this.view?.branches.find((branch) => branch.id === id);
      this.keep(await this.engine.call((host) => host.switchBranch(id, this.ask(true))));
      const to = target?.forkedAt ?? target?.end;
      if (to) await this.#seekNow(to.at, to.step, "Replaying the branch");
    });
  }

  why(step: number): Promise<ToldStep[]> {
    return this.exclusive("looking for causes", () => this.engine.call((host) => host.why(step)));
  }

  /** What is wrong with a program, if something is. */
  checkScript(code: string): Promise<ScriptProblem | null> {
    return this.exclusive("checking the program", () => {
      this.#admitPrograms();
      return this.engine.call((host) => host.checkScript(code), LONG_CALL_MS);
    });
  }

  #admitPrograms(): void {
    if (this.programs === "refuse")
      throw new Error(
        "This run holds a program that you chose not to run, and so runs none. Start a new run for a program of your own",
      );
    this.engine.interprets = true;
  }

  files(): Promise<StoredFile[]> {
    return this.exclusive("listing files", () => this.engine.call((host) => host.files()));
  }

  file(at: number, name: string, from: number, count: number): Promise<string> {
    return this.exclusive("reading a file", () => this.engine.call((host) => host.file(at, name, from, count)));
  }

  jobOutput(): Promise<JobOutput | undefined> {
    return this.exclusive("reading the output", () => this.engine.call((host) => host.jobOutput(), LONG_CALL_MS));
  }

  /** The run as JSON, saved at this moment. */
  script(): Promise<string> {
    return this.exclusive("saving the run", () => this.engine.call((host) => host.script(), LONG_CALL_MS));
  }

  /** Draws the current moment again, panels included. */
  refresh(): Promise<void> {
    return this.exclusive("looking", async () => {
      if (this.view !== null) this.take(await this.engine.call((host) => host.look(this.ask(true))), this.view.now);
    });
  }

  showLogs(from: number | "latest"): void {
    this.logsFrom = from;
    void this.refresh();
  }

  /** For tests only: makes the engine trap as a fault of ours would. */
  provokeTrap(): Promise<void> {
    return this.exclusive("a trap provoked by a test", () => this.engine.call((host) => host.provokeTrap()));
  }

  // ── Inside ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** A fresh engine, with the run as it was before whatever ended the old one. */
  protected async recover(label: string, lost: EngineLost): Promise<void> {
    this.engine.discard();
    this.playing = false;
    cancelAnimationFrame(this.#raf);
    const moment = this.view?.frame.moment;
    this.engine = new Engine();
    this.#defaults = null;
    try {
      const config = await this.defaults();
      if (this.restorable === null) {
        this.opened(await this.engine.call((host) => host.open(config, this.ask(true)), LONG_CALL_MS), null);
        this.say(
          `The engine stopped (${lost.message}) while ${label}. A fresh one was started with a new run.`,
          "error",
        );
        return;
      }
      this.keep(await this.#load(this.restorable.script, this.restorable.programs));
      if (moment) await this.#seekNow(moment.at, moment.step, "Restoring the run");
      if (lost instanceof GivenUp) {
        this.say(`Cancelled. The run is as it was at ${span(moment?.at ?? 0)}, paused.`);
        return;
      }
      this.say(
        `The engine stopped (${lost.message}) during: ${label}. A fresh one was started and your run restored to ${span(moment?.at ?? 0)}, just before that. It is paused; play on, or save it from Share.`,
        "error",
      );
    } catch (error) {
      this.say(
        `The engine stopped (${lost.message}) and could not be restored: ${error instanceof Error ? error.message : String(error)}. Reload the page to begin again.`,
        "error",
      );
    }
  }

  /** Whether panels, not only the stage, are to be refreshed now. */
  #panelsAreDue(at: number, every = WHOLE_EVERY_MS): boolean {
    if (at - this.#lastWhole < every) return false;
    this.#lastWhole = at;
    return true;
  }
}

function describe(action: Action): string {
  return "node" in action ? `“${action.do}” on node ${action.node + 1}` : `“${action.do}”`;
}
