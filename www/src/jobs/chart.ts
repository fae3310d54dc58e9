// The attempts at a job's tasks over time, by worker: to be looked at by mouse, fingers and keys, with a table for those who do not
// see it.

import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Job } from "splitbrain";
import type { Attempt } from "splitbrain/jobs";
import type { Lab } from "../engine/lab.js";
import { nameIn, type View } from "../engine/view.js";
import { seconds, trim } from "../model/format.js";
import * as gantt from "../model/gantt.js";
import type { Lane } from "../model/history.js";
import { keyOf } from "../model/jobs.js";
import type { Theme } from "../model/palette.js";
import { Resized } from "../parts/resized.js";
import { controls } from "../style/controls.js";
import { AXIS, type Crash, drawAttempts, LABELS, LANE, type Picture, timeAt, xOf } from "./chart-draw.js";
import { chartLook } from "./chart-look.js";

/** How near to a bar a press means it, in pixels. */
const NEAR = 8;
/** The table lists at most this many, the newest first. */
const LISTED = 200;

@customElement("sb-job-chart")
export class JobChart extends LitElement {
  static override styles = [controls, chartLook];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) view!: View;
  @property({ attribute: false }) job!: Job;
  @property() theme: Theme = "light";

  @state() private width = 0;
  @state() private window: gantt.Window = null;
  @state() private chosen: number | null = null;
  @state() private over: number | null = null;
  @state() private listed = false;
  @query("canvas") private canvas!: HTMLCanvasElement | null;

  #lanes: Lane[] = [];
  #ordinals: readonly number[] = [];
  #known: { of: string; attempts: readonly Attempt[]; until: number } | null = null;
  #down: { x: number; moved: number } | null = null;

  constructor() {
    super();
    new Resized(this, (width) => {
      this.width = Math.round(width);
    });
  }

  protected override willUpdate(changed: PropertyValues) {
    if (!changed.has("view") && !changed.has("job")) return;
    const { frame, now } = this.view;
    const of = keyOf(this.view);
    if (this.#known?.of !== of) [this.#known, this.chosen, this.over, this.window] = [null, null, null, null];
    this.#known = { of, ...gantt.known(this.#known, this.view.attempts, now) };
    this.#ordinals = gantt.ordinals(this.#attempts);
    const workers = frame.nodes.filter((node) => node.kind === "worker").map((node) => node.id);
    this.#lanes = gantt.lanesByWorker(this.#known.attempts, workers);
  }

  get #attempts(): readonly Attempt[] {
    return this.#known?.attempts ?? [];
  }

  get #extent(): [number, number] {
    return gantt.extentOf(this.#attempts, this.job.submittedAt, this.job.doneAt ?? this.view.now);
  }

  get #picture(): Picture {
    const [from, to] = this.window ?? this.#extent;
    const { width, theme } = this;
    return {
      width,
      theme,
      height: this.#lanes.length * LANE + AXIS,
      attempts: this.#attempts,
      ordinals: this.#ordinals,
      lanes: this.#lanes,
      crashes: this.#crashes,
      from,
      to,
      now: this.view.now,
      chosen: this.chosen ?? this.over,
      name: this.#name,
      tick: (at) => `${trim(at / 1e6, 3)} s`,
    };
  }

  readonly #name = (worker: number) => nameIn(this.view.frame, worker);

  get #crashes(): Crash[] {
    const kinds = new Map(this.view.frame.nodes.map(({ id, kind }) => [id, kind]));
    return this.view.marks
      .filter(
        ({ kind, node, at, text }) =>
          kind === "fault" && node !== null && at >= this.job.submittedAt && /crash/.test(text),
      )
      .flatMap(({ node, at }): Crash[] => {
        const kind = kinds.get(node ?? -1);
        if (kind === "worker") return [{ at, worker: node }];
        return kind === "coordinator" ? [{ at, worker: null }] : [];
      });
  }

  override render() {
    const place = this.over ?? this.chosen ?? -1;
    const shown = this.#attempts[place];
    return html`<h2>Attempts by worker</h2>
      <div class="box" role="application" tabindex="0" aria-label="Attempts by worker" aria-describedby="said ways"
        @keydown=${this.#key} @wheel=${this.#wheel} @pointerdown=${this.#press} @pointermove=${this.#move}
        @pointerup=${this.#release} @pointercancel=${this.#leave} @pointerleave=${this.#leave}><canvas aria-hidden="true"></canvas></div>
      <p class="said" id="said" role="status">${shown ? gantt.told(shown, this.#ordinals[place] ?? 1, this.#name) : html`<span class="soft">${this.#attempts.length === 0 ? "No task has been handed out yet: first the inputs are stored." : "Point at a bar, or walk from one to the next with ← and →, to read what it is."}</span>`}</p>
      <div class="row">
        <button aria-label="Zoom out" title="Zoom out (−)" @click=${() => this.#zoom(2)}>−</button>
        <button aria-label="Zoom in" title="Zoom in (+)" @click=${() => this.#zoom(0.5)}>+</button>
        <button title="The whole job (0)" @click=${() => this.#zoom(Number.POSITIVE_INFINITY)}>All</button>
        ${this.chosen === null ? nothing : html`<button title="Go to the moment at which this attempt began (Enter)" @click=${() => this.#seek(this.chosen)}>Go to its beginning</button>`}
      </div>
      <p class="hidden-text" id="ways">Left and right arrows walk from attempt to attempt, up and down change lanes, Enter goes to the beginning of one, plus and minus zoom. A table below says the same.</p>
      <div class="legend" aria-hidden="true"><span><i></i>map</span><span><i class="pill"></i>reduce</span>${gantt.LEGEND.map(([sign, words]) => html`<span><b>${sign}</b> ${words}</span>`)}</div>
      <details @toggle=${(event: Event) => {
        this.listed = (event.target as HTMLDetailsElement).open;
      }}><summary title="The attempts, the newest first">As a table</summary>${this.listed ? this.#table() : nothing}</details>`;
  }

  #table() {
    const newest = this.#attempts
      .map((attempt, place) => ({ attempt, place }))
      .slice(-LISTED)
      .reverse();
    return html`<div class="scroll" tabindex="0" role="group" aria-label="Table of attempts"><table aria-label="Attempts"><thead><tr><th scope="col">task</th><th scope="col">worker</th><th scope="col">from</th><th scope="col">to</th><th scope="col">end</th></tr></thead>
      <tbody>${newest.map(
        ({ attempt, place }) => html`<tr><td><button class="link" title="Go to its beginning" @click=${() => {
          this.chosen = place;
          this.#seek(place);
        }}>${gantt.titleOf(attempt, this.#ordinals[place] ?? 1)}</button></td>
          <td>${this.#name(attempt.worker)}</td><td>${seconds(attempt.from)}</td><td>${attempt.to === null ? "" : seconds(attempt.to)}</td><td>${gantt.endOf(attempt)}</td></tr>`,
      )}</tbody></table></div>${this.#attempts.length > LISTED ? html`<p class="soft">The newest ${LISTED} of ${this.#attempts.length}.</p>` : nothing}`;
  }

  protected override updated() {
    const { canvas } = this;
    if (!canvas || this.width === 0) return;
    const picture = this.#picture;
    const height = `${picture.height}px`;
    if (canvas.style.height !== height) canvas.style.height = height;
    drawAttempts(canvas, picture);
  }

  // ── Mouse, fingers and keys ────────────────────────────────────────────────────────────────────────────────────

  #zoom(by: number, at?: number) {
    this.window = gantt.zoomed(this.window, this.#extent, by, at);
  }

  #choose(place: number | null) {
    const attempt = this.#attempts[place ?? -1];
    if (!attempt) return;
    this.chosen = place;
    this.over = null;
    this.window = gantt.revealed(this.window, this.#extent, attempt);
  }

  #seek(place: number | null) {
    const attempt = this.#attempts[place ?? -1];
    if (!attempt) return;
    this.lab.pause();
    void this.lab.seek(attempt.from);
  }

  readonly #key = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts: Record<string, () => void> = {
      ArrowRight: () => this.#choose(gantt.beside(this.#attempts, this.chosen, 1)),
      ArrowLeft: () => this.#choose(gantt.beside(this.#attempts, this.chosen, -1)),
      ArrowDown: () => this.#choose(gantt.across(this.#attempts, this.#lanes, this.chosen, 1)),
      ArrowUp: () => this.#choose(gantt.across(this.#attempts, this.#lanes, this.chosen, -1)),
      Home: () => this.#choose(0),
      End: () => this.#choose(this.#attempts.length - 1),
      Enter: () => this.#seek(this.chosen),
      "+": () => this.#zoom(0.5),
      "=": () => this.#zoom(0.5),
      "-": () => this.#zoom(2),
      "0": () => this.#zoom(Number.POSITIVE_INFINITY),
    };
    if (!Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]?.();
  };

  readonly #wheel = (event: WheelEvent) => {
    if (event.ctrlKey || event.metaKey) this.#zoom(1.002 ** event.deltaY, timeAt(this.#picture, this.#at(event).x));
    else if (this.window && Math.abs(event.deltaX) > Math.abs(event.deltaY)) this.#pan(event.deltaX);
    else return;
    event.preventDefault();
  };

  #pan(pixels: number) {
    const { from, to, width } = this.#picture;
    this.window = gantt.panned(this.window, this.#extent, (pixels * (to - from)) / Math.max(1, width - LABELS));
  }

  #at(event: MouseEvent) {
    const box = (this.canvas ?? this).getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  readonly #press = (event: PointerEvent) => {
    if (event.button === 0) this.#down = { x: this.#at(event).x, moved: 0 };
  };

  readonly #move = (event: PointerEvent) => {
    const at = this.#at(event);
    if (!this.#down) {
      if (event.pointerType === "mouse") this.over = this.#under(at.x, at.y);
      return;
    }
    const by = this.#down.x - at.x;
    this.#down = { x: at.x, moved: this.#down.moved + Math.abs(by) };
    if (this.#down.moved > 4) this.#pan(by);
  };

  readonly #release = (event: PointerEvent) => {
    const moved = this.#down?.moved ?? Number.POSITIVE_INFINITY;
    this.#down = null;
    if (moved > 4) return;
    const at = this.#at(event);
    const place = this.#under(at.x, at.y);
    this.#choose(place);
    // A finger reads first; the button below goes there.
    if (event.pointerType === "mouse") this.#seek(place);
  };

  readonly #leave = () => {
    this.#down = null;
    this.over = null;
  };

  #under(x: number, y: number): number | null {
    const picture = this.#picture;
    const lane = this.#lanes[Math.floor(y / LANE)];
    const reach = timeAt(picture, x + NEAR) - timeAt(picture, x);
    return x < xOf(picture, picture.from) - NEAR
      ? null
      : (gantt.nearest(lane, timeAt(picture, x), picture.now, reach)?.place ?? null);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "sb-job-chart": JobChart;
  }
}
