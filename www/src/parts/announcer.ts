// What a listener is told: new leaders, violations, and what a gesture did; never more than one sentence in two seconds.

import type { View } from "../engine/view.js";
import { nameIn } from "../engine/view.js";
import { inWords } from "../model/format.js";

const QUIET_MS = 2000;

export class Announcer {
  text = "";
  readonly #changed: () => void;
  #leader: string | null = null;
  #broken = 0;
  #next: string | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  look(view: View): void {
    const { frame } = view;
    const leader =
      frame.leader === null
        ? ""
        : `${nameIn(frame, frame.leader)} leads term ${frame.nodes[frame.leader]?.server?.term ?? 0}`;
    if (this.#leader !== null && leader !== this.#leader && leader !== "") this.say(leader);
    this.#leader = leader;
    if (frame.verdict.broken > this.#broken) {
      const check = view.checks.find((one) => !one.holds);
      this.say(check ? `Broken: ${inWords(check.name)}` : "A property is broken");
    }
    this.#broken = frame.verdict.broken;
  }

  /** Says a sentence now, or as soon as the last one has had its time; the newest replaces one still waiting. */
  say(sentence: string): void {
    this.#next = sentence;
    if (this.#timer === undefined) this.#speak();
  }

  #speak(): void {
    if (this.#next === null) {
      this.#timer = undefined;
      return;
    }
    this.text = this.#next;
    this.#next = null;
    this.#changed();
    this.#timer = setTimeout(() => this.#speak(), QUIET_MS);
  }
}
