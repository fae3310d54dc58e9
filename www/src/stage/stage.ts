// The stage: the cluster as it is now. An SVG of nodes and links, a canvas of messages above it, and the gestures that
// select, cut and heal.

import { html, LitElement, nothing, svg } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { NodeId } from "splitbrain";
import type { Lab } from "../engine/lab.js";
import { nameIn, type View } from "../engine/view.js";
import { late } from "../late.js";
import type { Point } from "../model/geometry.js";
import { type Layout, layout, NARROW } from "../model/layout.js";
import { type Pair, pairs } from "../model/network.js";
import type { Theme } from "../model/palette.js";
import type { Lit } from "../model/way.js";
import { Resized } from "../parts/resized.js";
import { controls, hues } from "../style/controls.js";
import { drawCard, drawClient, drawErrand } from "./cards.js";
import { drawFlights, fate, flightAt } from "./flights.js";
import { drawStart } from "./ground.js";
import { drawLinks } from "./links.js";
import type { Scene, Selection } from "./scene.js";
import { drawServer } from "./server.js";
import { stageStyle } from "./style.js";

/** Shorter strokes are clicks that slipped. */
const SHORTEST_STROKE = 40;

/** A stroke across the stage, or (`line`) the dragging of a partition's line. */
interface Stroke {
  readonly from: Point;
  readonly to: Point;
  readonly line: boolean;
}

@customElement("sb-stage")
export class Stage extends LitElement {
  static override styles = [controls, hues, stageStyle];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) view: View | null = null;
  @property({ attribute: false }) selected: Selection = null;
  @property({ attribute: false }) lit: Lit | null = null;
  @property({ type: Boolean }) playing = false;
  @property() theme: Theme = "light";

  @state() private width = 0;
  @state() private height = 0;
  @state() private focusNode: NodeId = 0;
  @state() private focusLink = 0;
  @state() private stroke: Stroke | null = null;
  @state() private cuts: typeof import("./cut-line.js") | null = null;
  @state() private tiles: typeof import("./tiles.js") | null = null;
  /** Where a mouse hovers. */
  @state() private pointer: Point | null = null;
  @state() private menu: { pair: Pair; at: Point } | null = null;

  @query("canvas") private canvas!: HTMLCanvasElement | null;
  @query("svg") private drawing!: SVGSVGElement | null;

  #layout: { key: string; value: Layout } | null = null;

  constructor() {
    super();
    // The room the page gives on a wide screen; on a narrow one the stage takes the height that it needs.
    new Resized(this, (width, height) => {
      this.width = Math.round(width);
      this.height = Math.round(height);
    });
  }

  get #scene(): Scene | null {
    const view = this.view;
    if (!view || this.width === 0) return null;
    const { config, frame } = view;
    const tasks = frame.job ? frame.job.maps.length + frame.job.reduces.length : 0;
    const height = this.width < NARROW ? 0 : this.height;
    const coordinators = config.coordinator === "replicated" ? 2 : 1;
    const key = [this.width, height, config.servers, config.clients, config.workers, coordinators, tasks].join();
    if (this.#layout?.key !== key)
      this.#layout = { key, value: layout(this.width, height, { ...config, coordinators, tasks }) };
    return {
      frame,
      now: view.now,
      layout: this.#layout.value,
      selected: this.selected,
      lit: this.lit,
      focus: this.focusNode,
      still: !this.playing,
      pick: (node) => this.#select({ node }),
      key: (event, node) => this.#nodeKey(event, node),
    };
  }

  #select(selection: Selection) {
    if (selection && "node" in selection) this.focusNode = selection.node;
    this.dispatchEvent(new CustomEvent("sb-select", { detail: selection, bubbles: true, composed: true }));
  }

  override render() {
    const scene = this.#scene;
    if (!scene) return html`<div class="box"></div>`;
    const { layout: place, frame } = scene;
    const of = (kind: string) => frame.nodes.filter((node) => node.kind === kind);
    return html`
      ${this.#chip()}
      <div class="box" @pointerdown=${this.#down} @pointermove=${this.#move} @pointerup=${this.#up} @pointercancel=${this.#forget} @pointerleave=${this.#leave}>
        <svg viewBox="0 0 ${place.width} ${place.height}" role="group" aria-label="The cluster">
          <g role="group" aria-label="Links">
            ${drawLinks(
              scene,
              this.focusLink,
              (pair, at) => void this.#openMenu(pair, at),
              (event, index) => this.#linkKey(event, index),
            )}
          </g>
          ${of("client").map((node) => drawErrand(scene, node))} ${this.cuts?.drawPartition(scene, this.stroke?.line ? { x: this.stroke.to.x - this.stroke.from.x, y: this.stroke.to.y - this.stroke.from.y } : null)}
          <g role="group" aria-label="Nodes">
            ${of("server").map((node) => drawServer(scene, node))}
            ${of("client").map((node) => drawClient(scene, node))}
            ${frame.nodes.filter((node) => ["coordinator", "store", "worker"].includes(node.kind)).map((node) => drawCard(scene, node))}
          </g>
          ${frame.job ? this.tiles?.drawTiles(scene, frame.job) : drawStart(scene, () => this.dispatchEvent(new CustomEvent("sb-tab", { detail: "mapreduce", bubbles: true, composed: true })))}
          ${this.stroke && !this.stroke.line ? svg`<line class="drawing" x1=${this.stroke.from.x} y1=${this.stroke.from.y} x2=${this.stroke.to.x} y2=${this.stroke.to.y} />` : nothing}
        </svg>
        <canvas aria-hidden="true"></canvas>
        ${this.#tip(scene)}
      </div>
      ${this.#linkMenu()}
    `;
  }

  protected override willUpdate() {
    const frame = this.view?.frame;
    if (frame && frame.links.length > 0) void this.#fetchCuts();
    if (frame?.job) void this.#fetchTiles();
  }

  protected override updated() {
    const scene = this.#scene;
    if (!scene) return;
    if (this.canvas) drawFlights(this.canvas, scene, this.theme);
    this.#placeTip();
    this.#ownHeight(scene.layout.narrow ? scene.layout.height : null);
  }

  /** Beside the pointer, within the stage. */
  #placeTip() {
    const tip = this.renderRoot.querySelector<HTMLElement>(".tip");
    if (!tip || !this.pointer) return;
    const { x, y } = this.pointer;
    tip.style.left = `${Math.max(4, Math.min(x + 14, this.width - tip.offsetWidth - 4))}px`;
    tip.style.top = `${y > tip.offsetHeight + 16 ? y - tip.offsetHeight - 12 : y + 18}px`;
  }

  #ownHeight(height: number | null) {
    this.toggleAttribute("narrow", height !== null);
    const box = this.renderRoot.querySelector<HTMLElement>(".box");
    const wanted = height === null ? "" : `${height}px`;
    if (box && box.style.height !== wanted) box.style.height = wanted;
  }

  // ── What is cut ────────────────────────────────────────────────────────────────────────────────────────────────

  #chip() {
    const view = this.view;
    if (!view) return nothing;
    if (view.frame.links.length === 0) return nothing;
    return html`<div class="chip"><span>${this.cuts?.cutInWords(view.frame)}</span>
      <button title="Open all links (h)" @click=${() => void this.lab.act({ do: "heal" })}>Heal <kbd aria-hidden="true">h</kbd></button></div>`;
  }

  #linkMenu() {
    const { menu, view } = this;
    if (!menu || !view) return nothing;
    return html`<sb-link-menu .lab=${this.lab} .view=${view} .pair=${menu.pair} .at=${menu.at} @sb-close=${() => this.#closeMenu()}></sb-link-menu>`;
  }

  async #openMenu(pair: Pair, at: Point) {
    if (await late("sb-link-menu", this.lab)) this.menu = { pair, at };
  }

  #closeMenu() {
    this.menu = null;
    this.renderRoot.querySelector<SVGElement>(`[data-link="${this.focusLink}"]`)?.focus();
  }

  // ── Keys ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #nodeKey(event: KeyboardEvent, node: NodeId) {
    const ids = this.view?.frame.nodes.map((other) => other.id) ?? [];
    if (event.key === "Enter" || event.key === " ") this.#select({ node });
    else {
      const next = moved(event.key, ids.indexOf(node), ids.length);
      if (next === null) return;
      this.focusNode = ids[next] ?? node;
      void this.updateComplete.then(() =>
        this.renderRoot.querySelector<SVGElement>(`[data-node="${this.focusNode}"]`)?.focus(),
      );
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #linkKey(event: KeyboardEvent, index: number) {
    if (!this.view) return;
    const next = moved(event.key, index, pairs(this.view.frame).length);
    if (next === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.focusLink = next;
    void this.updateComplete.then(() => this.renderRoot.querySelector<SVGElement>(`[data-link="${next}"]`)?.focus());
  }

  // ── The pointer: a stroke across the stage cuts, a tap on a message selects it ────────────────────────────────────

  #point(event: PointerEvent): Point {
    const box = this.drawing?.getBoundingClientRect();
    return { x: event.clientX - (box?.left ?? 0), y: event.clientY - (box?.top ?? 0) };
  }

  #down(event: PointerEvent) {
    if (event.button !== 0) return;
    this.pointer = null;
    const on = event.composedPath().filter((target) => target instanceof Element);
    if (this.menu && !on.some((target) => target.localName === "sb-link-menu")) this.menu = null;
    const scene = this.#scene;
    const at = this.#point(event);
    const flight = scene ? flightAt(scene, at.x, at.y) : undefined;
    const onNode = on.some((target) => target.hasAttribute("data-node") || target.classList.contains("start"));
    if (flight && !onNode) {
      this.#select({ flight: flight.id });
      this.#skipClick = true;
      return;
    }
    if (onNode) return;
    this.stroke = { from: at, to: at, line: on.some((target) => target.classList.contains("grip")) };
  }

  /** A press that meant a message must not open the link beneath it. */
  #skipClick = false;

  #move(event: PointerEvent) {
    const at = this.#point(event);
    if (this.stroke) {
      this.stroke = { ...this.stroke, to: at };
      // From here on it is no click, and goes on beyond the stage.
      const { from } = this.stroke;
      const box = event.currentTarget as HTMLElement;
      if (Math.hypot(at.x - from.x, at.y - from.y) >= SHORTEST_STROKE) box.setPointerCapture(event.pointerId);
    }
    // A finger rests on what it touches: there is nothing to hover over.
    else if (event.pointerType === "mouse") this.pointer = at;
  }

  #up(event: PointerEvent) {
    const stroke = this.stroke;
    this.stroke = null;
    const scene = this.#scene;
    if (!stroke || !scene) return;
    const to = this.#point(event);
    const far = Math.hypot(to.x - stroke.from.x, to.y - stroke.from.y);
    if (far < (stroke.line ? SHORTEST_STROKE / 4 : SHORTEST_STROKE)) return;
    this.#skipClick = true;
    void this.#cut({ ...stroke, to });
  }

  async #cut(stroke: Stroke) {
    await this.#fetchCuts();
    const scene = this.#scene;
    const meant = scene && this.cuts?.strokeMeans(scene, stroke);
    if (meant) {
      void this.lab.act(...meant.actions);
      this.#tell(meant.told);
    } else this.lab.say("That line leaves every server on one side. Draw it between servers to part them.");
  }

  /** What draws and makes cuts is fetched when there is one. */
  async #fetchCuts() {
    this.cuts ??= await import("./cut-line.js");
  }

  async #fetchTiles() {
    this.tiles ??= await import("./tiles.js");
  }

  #tell(sentence: string) {
    this.dispatchEvent(new CustomEvent("sb-told", { detail: sentence, bubbles: true, composed: true }));
  }

  #forget() {
    this.stroke = null;
    this.pointer = null;
  }

  #leave() {
    this.pointer = null;
  }

  // ── What a message says, while the pointer is over it ──────────────────────────────────────────────────────────────

  #tip(scene: Scene) {
    const at = this.pointer;
    const flight = at && !this.stroke ? flightAt(scene, at.x, at.y) : undefined;
    if (!at || !flight) return nothing;
    const ways = `${nameIn(scene.frame, flight.from)} → ${nameIn(scene.frame, flight.to)}`;
    return html`<div class="tip" aria-hidden="true"><b>${ways}</b> ${flight.text}<span>${fate(flight, scene.now)} · click to hold, drop or deliver it</span></div>`;
  }

  override firstUpdated() {
    // A finger's stroke is followed by no click: the click of the next press, or of a key, is meant.
    this.renderRoot.addEventListener(
      "pointerdown",
      () => {
        this.#skipClick = false;
      },
      { capture: true },
    );
    this.renderRoot.addEventListener(
      "click",
      (event) => {
        const skip = this.#skipClick && (event as MouseEvent).detail > 0;
        this.#skipClick = false;
        if (skip) event.stopPropagation();
      },
      { capture: true },
    );
  }
}

/** Where an arrow key leads from `at` among `length`; null for any other key. */
function moved(key: string, at: number, length: number): number | null {
  switch (key) {
    case "ArrowRight":
    case "ArrowDown":
      return (at + 1) % length;
    case "ArrowLeft":
    case "ArrowUp":
      return (at + length - 1) % length;
    case "Home":
      return 0;
    case "End":
      return length - 1;
    default:
      return null;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "sb-stage": Stage;
  }
}
