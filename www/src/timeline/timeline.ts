// The timeline: the picture of the run, and under it a native range input that seeks.

import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Lab } from "../engine/lab.js";
import type { View } from "../engine/view.js";
import { cut, seconds } from "../model/format.js";
import { type Goal, jump } from "../model/lanes.js";
import type { Theme } from "../model/palette.js";
import { Resized } from "../parts/resized.js";
import { controls } from "../style/controls.js";
import { drawTimeline } from "./draw.js";

const GOALS: readonly Goal[] = ["election", "commit", "fault", "violation"];

/** The axis shows at least this much, so that the first second does not race across it. */
const SHORTEST = 500_000;

@customElement("sb-timeline")
export class Timeline extends LitElement {
  static override styles = [
    controls,
    css`
      :host {
        display: grid;
        grid-template: auto 1fr auto / 1fr;
        padding: 8px 20px 6px;
        gap: 2px;
        min-width: 0;
      }
      .bar {
        display: flex;
        align-items: center;
        gap: 4px 14px;
        flex-wrap: wrap;
        font-size: 12px;
        color: var(--soft);
      }
      .bar .jump {
        display: inline-flex;
        align-items: center;
        gap: 2px;
      }
      .bar button {
        min-height: 24px;
        padding: 1px 8px;
        font-size: 12px;
        border-color: transparent;
        background: none;
        color: var(--soft);
      }
      .bar button:hover:not(:disabled) {
        color: var(--ink);
        border-color: var(--line);
      }
      .bar select {
        min-height: 26px;
        padding: 1px 4px;
        font-size: 12px;
      }
      .space {
        flex: 1;
      }
      .picture {
        position: relative;
        min-height: 0;
        height: 100%;
      }
      canvas {
        position: absolute;
        inset: 0;
        width: 100%;
        height: 100%;
      }
      input[type="range"] {
        margin: 0 12px 0 88px;
        width: auto;
        min-height: 20px;
        cursor: pointer;
      }
      @media (max-width: 760px) {
        :host {
          padding: 8px 14px 12px;
        }
        input[type="range"] {
          margin: 0 4px 0 62px;
          min-height: 44px;
        }
        .bar button {
          min-height: 44px;
          min-width: 44px;
        }
        .bar select {
          min-height: 44px;
        }
      }
    `,
  ];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) view: View | null = null;
  @property() theme: Theme = "light";
  @state() private dragging: number | null = null;
  @query("canvas") private canvas!: HTMLCanvasElement | null;
  @query("input") private slider!: HTMLInputElement | null;

  constructor() {
    super();
    new Resized(this, () => this.requestUpdate());
  }

  get #end(): number {
    const view = this.view;
    if (!view) return SHORTEST;
    // The end moves in strides, so that marks stay put while playing and the axis is read in round numbers.
    const known = Math.max(view.frame.end.at, view.now);
    let stride = SHORTEST;
    while (known > stride * 0.98) stride *= stride < 2 * SHORTEST ? 2 : 1.5;
    return Math.max(SHORTEST, Math.ceil(stride));
  }

  override render() {
    const view = this.view;
    if (!view) return nothing;
    const known = Math.max(view.frame.end.at, view.now);
    return html`
      <div class="bar" role="group" aria-label="Jump">
        ${GOALS.map((goal) => this.#jump(goal))}
        <span class="space"></span>
        ${
          view.branches.length > 1
            ? html`<label title="Acting in the past starts a branch; none is lost">branch
                <select aria-label="Branch" @change=${(event: Event) => void this.lab.switchBranch(Number((event.target as HTMLSelectElement).value))}>
                  ${view.branches.map(
                    (branch) => html`<option value=${branch.id} ?selected=${branch.current}>
                      ${cut(branch.label || `branch ${branch.id}`, 60)}</option>`,
                  )}
                </select></label>`
            : nothing
        }
      </div>
      <div class="picture"><canvas aria-hidden="true"></canvas></div>
      <input type="range" min="0" max=${this.#end} step="1"
        aria-label="Time" aria-valuetext=${`${seconds(this.dragging ?? view.now)} of ${seconds(known)}`} title="Drag to any moment of this run"
        @input=${this.#drag} @change=${this.#drop} @keydown=${this.#keys} />
    `;
  }

  #jump(goal: Goal) {
    const view = this.view;
    if (!view) return nothing;
    const step = view.frame.moment.step;
    const back = jump(view.marks, goal, step, -1);
    const on = jump(view.marks, goal, step, 1);
    if (!back && !on && goal === "violation") return nothing;
    return html`<span class="jump">
      <button ?disabled=${!back} aria-label="Previous ${goal}" title="Previous ${goal}" @click=${() => back && this.#go(back.at, back.step)}>◂</button>
      ${goal}
      <button ?disabled=${!on} aria-label="Next ${goal}" title="Next ${goal}" @click=${() => on && this.#go(on.at, on.step)}>▸</button>
    </span>`;
  }

  #go(at: number, step: number) {
    this.lab.pause();
    void this.lab.seek(at, step);
  }

  #drag(event: Event) {
    const view = this.view;
    if (!view) return;
    const known = Math.max(view.frame.end.at, view.now);
    const to = Math.min(known, Number((event.target as HTMLInputElement).value));
    this.lab.pause();
    this.dragging = to;
    void this.lab.seek(to);
  }

  #drop() {
    this.dragging = null;
  }

  /** The native step of a range would be a microsecond: a hundredth of what is shown suits a hand better. */
  #keys(event: KeyboardEvent) {
    const view = this.view;
    if (!view) return;
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 }[event.key];
    if (way === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const known = Math.max(view.frame.end.at, view.now);
    this.lab.pause();
    void this.lab.seek(Math.round(Math.min(known, Math.max(0, view.now + (way * this.#end) / 100))));
  }

  protected override updated() {
    const view = this.view;
    const canvas = this.canvas;
    if (!view || !canvas) return;
    // A hand may have moved the thumb away from where time is, so what was drawn last does not say where it stands.
    const at = String(Math.round(this.dragging ?? view.now));
    if (this.slider && this.slider.value !== at) this.slider.value = at;
    const box = canvas.getBoundingClientRect();
    if (box.width === 0) return;
    const narrow = box.width < 600;
    drawTimeline(canvas, {
      width: box.width,
      height: box.height,
      // The thumb of a native range stops half its width before the ends: so does the picture.
      scale: { left: narrow ? 70 : 96, right: box.width - (narrow ? 12 : 20), end: this.#end },
      servers: view.frame.nodes.filter((node) => node.kind === "server").map((node) => node.name),
      marks: view.marks,
      branches: view.branches,
      now: this.dragging ?? view.now,
      known: Math.max(view.frame.end.at, view.now),
      theme: this.theme,
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "sb-timeline": Timeline;
  }
}
