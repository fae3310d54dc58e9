// Whose turn it is: calls into the engine happen one after another, and each gives the view that panels draw.

import type { ToldStep } from "splitbrain";
import { WINDOW } from "../model/log-window.js";
import type { Answer, Ask } from "./host.js";
import type { Busy, Notice, View } from "./view.js";
import { Engine, EngineLost } from "./watchdog.js";

const STEPS_KEPT = 1500;
const STEPS_AT_ONCE = 400;
/** After this long without an answer a program's reader may give up waiting. */
export const SLOW_MS = 700;

/** What may be done with the programs in a run; `null` while there are none. */
export type Consent = "run" | "refuse" | null;

export abstract class Turns {
  view: View | null = null;
  playing = false;
  busy: Busy | null = null;
  notice: Notice | null = null;
  /** The log index the window starts at; "latest" follows the end. */
  logsFrom: number | "latest" = "latest";
  /** How many operations of clients are followed: it costs something, so only a panel that shows them asks for them. */
  operations = 0;
  /** Whether the attempts at tasks are followed; the same holds for them. */
  attempts = false;

  protected readonly changed: () => void;
  protected engine = new Engine();
  #queue: Promise<unknown> = Promise.resolve();
  #opened = 0;
  protected waiting = 0;
  /**
   * What a fresh engine is restored from: the run after the last change that worked. The consent to its programs goes with it, so
   * that no other run is ever taken for the one that somebody agreed to.
   */
  protected restorable: { readonly script: string; readonly programs: Consent } | null = null;

  constructor(changed: () => void) {
    this.changed = changed;
  }

  /** What may be done with programs in this run. */
  get programs(): Consent {
    return this.restorable?.programs ?? null;
  }

  say(text: string, kind: Notice["kind"] = "info"): void {
    this.notice = { kind, text };
    this.changed();
  }

  dismiss(): void {
    this.notice = null;
    this.changed();
  }

  // ── For the lab ────────────────────────────────────────────────────────────────────────────────────────────────

  /** Calls into the engine happen one after another, in the order they were asked for. */
  protected exclusive<T>(label: string, work: () => Promise<T>): Promise<T> {
    this.waiting++;
    const turn = this.#queue
      .then(() => this.#shown(label, work))
      .catch(async (error: unknown) => {
        if (error instanceof EngineLost) await this.recover(label, error);
        else this.say(sentence(error instanceof Error ? error.message : String(error)), "error");
        this.setBusy(null);
        throw new Handled(error);
      });
    this.#queue = turn.then(
      () => {
        this.waiting--;
      },
      () => {
        this.waiting--;
      },
    );
    // The notice has told the reader already; callers that do not look at the result need not catch.
    turn.catch(() => {});
    return turn;
  }

  /** Does the work, and offers to cancel it when it takes long because of what somebody has written. */
  async #shown<T>(label: string, work: () => Promise<T>): Promise<T> {
    let shown = false;
    const timer = setTimeout(() => {
      if (!this.engine.interprets || this.busy !== null) return;
      shown = true;
      this.setBusy({ label: sentence(label).slice(0, -1), fraction: 0 });
    }, SLOW_MS);
    try {
      return await work();
    } finally {
      clearTimeout(timer);
      if (shown) this.setBusy(null);
    }
  }

  /** Starts again after the engine was lost. */
  protected abstract recover(label: string, lost: EngineLost): Promise<void>;

  abstract pause(): void;

  protected setBusy(busy: Busy | null): void {
    if (this.busy === busy) return;
    this.busy = busy;
    this.changed();
  }

  protected ask(whole: boolean, view = this.view): Ask {
    const branch = view?.frame.moment.branch ?? -1;
    return {
      whole,
      logs: { from: this.logsFrom, count: WINDOW },
      steps: { branch, after: view?.steps.at(-1)?.number ?? 0, limit: this.playing ? STEPS_AT_ONCE : STEPS_KEPT },
      marks: { branch, from: view?.marks.length ?? 0 },
      operations: this.operations,
      attempts: this.attempts,
    };
  }

  /** A replay that gives other steps than those recorded stops, and its reader is told: what they see is not what was shared. */
  #tellMismatch(mismatch: string): void {
    if (this.programs === "refuse") {
      this.say("This is no longer the run that was recorded, for its code was not run.");
      return;
    }
    this.pause();
    this.say(
      `Not the run that was recorded: ${mismatch}. What you see is what this engine makes of it; press Play to run it anyway.`,
      "error",
    );
  }

  /** Another run: nothing that was known of the one before holds of it. */
  protected opened(answer: Answer, programs: Consent): void {
    this.#opened++;
    this.view = null;
    this.keep(answer, programs);
  }

  /** The run itself changed, so that its script came along. */
  protected keep(answer: Answer, programs: Consent = this.programs): void {
    if (answer.script !== undefined) this.restorable = { script: answer.script, programs };
    this.take(answer);
  }

  /** A new view from an answer. */
  protected take(answer: Answer, now: number = answer.frame.moment.at, before: View["before"] = null): void {
    const old = this.view;
    const { frame } = answer;
    const config = answer.config ?? old?.config;
    if (config === undefined) return;
    this.view = {
      opened: this.#opened,
      config,
      frame,
      now: Math.max(now, frame.moment.at),
      logs: answer.logs ?? old?.logs ?? { from: 1, longest: 0, rows: [] },
      steps: answer.steps ? joinSteps(old, answer.steps) : (old?.steps ?? []),
      marks: answer.marks ? joinMarks(old, answer.marks) : (old?.marks ?? []),
      checks: answer.checks ?? old?.checks ?? [],
      rules: answer.rules ?? old?.rules ?? [],
      branches: answer.branches ?? old?.branches ?? [],
      operations: answer.operations ?? old?.operations ?? [],
      attempts: answer.attempts ?? old?.attempts ?? [],
      before,
    };
    if (frame.mismatch !== null && old?.frame.mismatch !== frame.mismatch) this.#tellMismatch(frame.mismatch);
    this.changed();
  }
}

/** The engine's messages begin small and end without a stop, so that they can be quoted; alone they are sentences. */
const sentence = (message: string) =>
  `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? "" : "."}`;

/** An error the reader has been told about. */
export class Handled extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
  }
}

function joinSteps(old: View | null, added: NonNullable<Answer["steps"]>): ToldStep[] {
  const same = old !== null && old.frame.moment.branch === added.branch;
  const kept = same ? old.steps.filter((step) => step.number <= added.after) : [];
  // A gap would read as if nothing had happened in between: begin again after it.
  const whole = kept.at(-1)?.number === added.after ? [...kept, ...added.list] : added.list;
  return whole.slice(-STEPS_KEPT);
}

function joinMarks(old: View | null, added: NonNullable<Answer["marks"]>): View["marks"] {
  if (added.from === 0) return added.list;
  if (added.list.length === 0) return old?.marks ?? [];
  return [...(old?.marks.slice(0, added.from) ?? []), ...added.list];
}
