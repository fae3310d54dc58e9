// A history as bars over time, to be looked at closely: dragged, zoomed and walked through, by mouse, fingers and keys.

import { css, html, LitElement, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { HistoryOperation } from "splitbrain/labs";
import { extentOf, type Lane, lanesOf, pointsOf, type Standings, windowAround } from "../model/history.js";
import type { Theme } from "../model/palette.js";
import { Resized } from "../parts/resized.js";
import { controls } from "../style/controls.js";
import { AXIS, drawHistory, LABELS, LANE, type Picture, timeAt, xOf } from "./history-draw.js";

/** No more lanes than this are in sight at once. */
const LANES = 12;
/** How near to a bar a press means it, in pixels. */
const NEAR = 8;

@customElement("sb-history-chart")
export class HistoryChart extends LitElement {
  static override styles = [
    controls,
    css`
      :host {
        display: block;
      }
      .box {
        touch-action: pan-y;
        border-radius: 8px;
        cursor: grab;
      }
      .box:active {
        cursor: grabbing;
      }
      canvas {
        display: block;
        width: 100%;
      }
      .row {
        margin-top: 8px;
      }
      .row p {
        margin: 0;
        flex: 1 1 180px;
        font-size: 12px;
        color: var(--soft);
      }
    `,
  ];

  @property({ attribute: false }) operations: readonly HistoryOperation[] = [];
  @property({ attribute: false }) standings: Standings = { numbers: [], standings: [] };
  /** The order to be drawn as a line. */
  @property({ attribute: false }) order: readonly number[] = [];
  @property({ attribute: false }) chosen: number | null = null;
  @property({ attribute: false }) now: number | null = null;
  @property({ attribute: false }) name: (process: number) => string = String;
  @property({ attribute: false }) tick: (at: number) => string = String;
  @property() theme: Theme = "light";

  @state() private width = 0;
  @state() private from = 0;
  @state() private to = 1;
  @state() private top = 0;
  @query("canvas") private canvas!: HTMLCanvasElement | null;

  #lanes: Lane[] = [];
  #laneOf = new Map<number, number>();
  #extent: readonly [number, number] = [0, 1];
  #points: readonly number[] = [];
  /** The fingers on it, or the mouse. */
  readonly #down = new Map<number, { x: number; y: number }>();
  #moved = 0;

  constructor() {
    super();
    new Resized(this, (width) => {
      this.width = Math.round(width);
    });
  }

  /** Brings an operation and what is around it into sight. */
  show(place: number): void {
    const operation = this.operations[place];
    if (!operation) return;
    [this.from, this.to] = windowAround(operation, this.#extent);
    this.#reveal(place);
  }

  protected override willUpdate(changed: PropertyValues) {
    if (changed.has("operations")) {
      this.#lanes = lanesOf(this.operations);
      this.#laneOf = new Map(
        this.#lanes.flatMap((lane, i) => lane.bars.map((bar): [number, number] => [bar.place, i])),
      );
      this.#extent = extentOf(this.operations);
      this.#fit();
    }
    if (changed.has("operations") || changed.has("order"))
      this.#points = pointsOf(this.order, this.operations, this.#extent[1]);
  }

  get #height(): number {
    return Math.min(this.#lanes.length, LANES) * LANE + AXIS + 4;
  }

  get #picture(): Picture {
    const { width, operations, standings, from, to, top, chosen, now, name, tick, theme } = this;
    const line = { order: this.order, points: this.#points };
    const [height, lanes, laneOf] = [this.#height, this.#lanes, this.#laneOf];
    return { width, height, operations, lanes, standings, line, laneOf, from, to, top, chosen, now, name, tick, theme };
  }

  override render() {
    return html`<div class="box" role="application" tabindex="0" aria-label="Operations over time" aria-describedby="ways"
        @keydown=${this.#key} @wheel=${this.#wheel} @pointerdown=${this.#press} @pointermove=${this.#drag}
        @pointerup=${this.#release} @pointercancel=${this.#release}><canvas aria-hidden="true"></canvas></div>
      <div class="row">
        <button aria-label="Zoom out" title="Zoom out (−)" @click=${() => this.#zoom(2)}>−</button>
        <button aria-label="Zoom in" title="Zoom in (+)" @click=${() => this.#zoom(0.5)}>+</button>
        <button title="The whole history (0)" @click=${() => this.#fit()}>All</button>
        <p id="ways">Drag to move, pinch or Ctrl and wheel to zoom, ← → to walk from bar to bar, ↑ ↓ to change lanes.</p>
      </div>`;
  }

  protected override updated() {
    const { canvas } = this;
    if (!canvas || this.width === 0) return;
    const height = `${this.#height}px`;
    if (canvas.style.height !== height) canvas.style.height = height;
    drawHistory(canvas, this.#picture);
  }

  // ── The window ─────────────────────────────────────────────────────────────────────────────────────────────────

  #fit() {
    const [from, to] = this.#extent;
    const air = (to - from) * 0.015;
    [this.from, this.to, this.top] = [from - air, to + air, 0];
  }

  #zoom(by: number, at = (this.from + this.to) / 2) {
    const [first, last] = this.#extent;
    const whole = (last - first) * 1.03;
    const length = Math.min(whole, Math.max((this.to - this.from) * by, Math.min(whole, whole / 100_000)));
    const part = (at - this.from) / (this.to - this.from);
    this.from = at - length * part;
    this.to = this.from + length;
    this.#pan(0);
  }

  #pan(by: number) {
    const [first, last] = this.#extent;
    const air = (last - first) * 0.015;
    const length = this.to - this.from;
    this.from = Math.max(first - air, Math.min(last + air - length, this.from + by));
    this.to = this.from + length;
  }

  #scroll(by: number): boolean {
    const before = this.top;
    const most = Math.max(0, this.#lanes.length - LANES) * LANE;
    this.top = Math.max(0, Math.min(most, this.top + by));
    return this.top !== before;
  }

  /** Moves the window no further than needed to see an operation. */
  #reveal(place: number) {
    const operation = this.operations[place];
    const lane = this.#laneOf.get(place) ?? 0;
    if (!operation) return;
    const above = lane * LANE - this.top;
    if (above < 0) this.#scroll(above);
    else if (above > (LANES - 1) * LANE) this.#scroll(above - (LANES - 1) * LANE);
    const end = Math.min(operation.returned ?? operation.called, operation.called + (this.to - this.from) * 0.8);
    if (operation.called < this.from) this.#pan(operation.called - this.from);
    else if (end > this.to) this.#pan(end - this.to);
  }

  // ── Mouse, fingers and keys ────────────────────────────────────────────────────────────────────────────────────

  #choose(place: number) {
    this.#reveal(place);
    this.dispatchEvent(new CustomEvent("choose", { detail: place }));
  }

  readonly #key = (event: KeyboardEvent) => {
    const act = this.#acts(event.key);
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };

  #acts(key: string): (() => void) | undefined {
    const last = this.operations.length - 1;
    const step = (by: number) => () => {
      const from = this.chosen ?? (by > 0 ? -1 : last + 1);
      this.#choose(Math.max(0, Math.min(last, from + by)));
    };
    const acts: Record<string, () => void> = {
      ArrowRight: step(1),
      ArrowLeft: step(-1),
      ArrowUp: () => this.#changeLane(-1),
      ArrowDown: () => this.#changeLane(1),
      Home: () => this.#choose(0),
      End: () => this.#choose(last),
      "+": () => this.#zoom(0.5),
      "=": () => this.#zoom(0.5),
      "-": () => this.#zoom(2),
      "0": () => this.#fit(),
    };
    return Object.hasOwn(acts, key) ? acts[key] : undefined;
  }

  /** To the bar of the lane above or below that begins nearest in time. */
  #changeLane(by: number) {
    const chosen = this.chosen ?? 0;
    const lane = this.#lanes[(this.#laneOf.get(chosen) ?? 0) + by];
    const at = this.operations[chosen]?.called ?? 0;
    const nearest = lane?.bars.reduce((best, bar) => (Math.abs(bar.from - at) < Math.abs(best.from - at) ? bar : best));
    if (nearest) this.#choose(nearest.place);
  }

  readonly #wheel = (event: WheelEvent) => {
    const across = event.shiftKey ? event.deltaY : event.deltaX;
    if (event.ctrlKey || event.metaKey) this.#zoom(1.002 ** event.deltaY, timeAt(this.#picture, this.#at(event).x));
    else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
      this.#pan((across * (this.to - this.from)) / Math.max(1, this.width - LABELS));
    // Where all lanes are in sight the page may have it.
    else if (!this.#scroll(event.deltaY)) return;
    event.preventDefault();
  };

  #at(event: MouseEvent) {
    const box = (this.canvas ?? this).getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  readonly #press = (event: PointerEvent) => {
    if (event.button !== 0) return;
    if (this.#down.size === 0) this.#moved = 0;
    this.#down.set(event.pointerId, this.#at(event));
  };

  readonly #drag = (event: PointerEvent) => {
    const before = this.#down.get(event.pointerId);
    if (!before) return;
    const at = this.#at(event);
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    this.#down.set(event.pointerId, at);
    this.#moved += Math.hypot(at.x - before.x, at.y - before.y);
    if (this.#moved > 4) (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    const scale = (this.to - this.from) / Math.max(1, this.width - LABELS);
    if (other) {
      const [was, is] = [Math.abs(before.x - other.x), Math.abs(at.x - other.x)];
      if (was > 10 && is > 10) this.#zoom(was / is, timeAt(this.#picture, other.x));
    } else {
      this.#pan((before.x - at.x) * scale);
      if (event.pointerType === "mouse") this.#scroll(before.y - at.y);
    }
  };

  readonly #release = (event: PointerEvent) => {
    const at = this.#down.get(event.pointerId);
    this.#down.delete(event.pointerId);
    if (!at || event.type === "pointercancel" || this.#moved > 4) return;
    const place = this.#under(at.x, at.y);
    if (place !== null) this.#choose(place);
  };

  /** The operation at a place of the picture. */
  #under(x: number, y: number): number | null {
    const lane = this.#lanes[Math.floor((y + this.top) / LANE)];
    if (!lane || y > this.#height - AXIS) return null;
    const picture = this.#picture;
    let best: { place: number; far: number } | null = null;
    for (const bar of lane.bars) {
      const far = Math.max(xOf(picture, bar.from) - x, x - xOf(picture, bar.to), 0);
      if (far <= NEAR && (best === null || far < best.far)) best = { place: bar.place, far };
    }
    return best?.place ?? null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "sb-history-chart": HistoryChart;
  }
}
