// The stage: the cluster as it is now. An SVG of nodes and links, a canvas of messages above it, and the gestures that
// select, cut and heal.

import { html, LitElement, nothing, svg } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { keyed } from "lit/directives/keyed.js";
import type { NodeId } from "splitbrain";
import type { Lab } from "../engine/lab.js";
import { nameIn, type View } from "../engine/view.js";
import { late } from "../late.js";
import { count, list } from "../model/format.js";
import type { Point } from "../model/geometry.js";
import { type Layout, layout, NARROW } from "../model/layout.js";
import { type Pair, pairs } from "../model/network.js";
import type { Theme } from "../model/palette.js";
import { groups, split } from "../model/partition.js";
import { Resized } from "../parts/resized.js";
import { controls, hues } from "../style/controls.js";
import { drawCard, drawClient, drawErrand } from "./cards.js";
import { drawPartition } from "./cut-line.js";
import { drawFlights, flightAt } from "./flights.js";
import { drawGround } from "./ground.js";
import { drawLinks } from "./links.js";
import type { Scene, Selection } from "./scene.js";
import { drawServer } from "./server.js";
import { stageStyle } from "./style.js";

/** Shorter strokes are clicks that slipped. */
const SHORTEST_STROKE = 40;

@customElement("sb-stage")
export class Stage extends LitElement {
  static override styles = [controls, hues, stageStyle];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) view: View | null = null;
  @property({ attribute: false }) selected: Selection = null;
  @property({ type: Boolean }) playing = false;
  @property() theme: Theme = "light";

  @state() private width = 0;
  @state() private height = 0;
  @state() private focusNode: NodeId = 0;
  @state() private focusLink = 0;
  @state() private stroke: { from: Point; to: Point } | null = null;
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
    const key = [this.width, height, config.servers, config.clients, config.workers, tasks].join();
    if (this.#layout?.key !== key) this.#layout = { key, value: layout(this.width, height, { ...config, tasks }) };
    return {
      frame,
      now: view.now,
      layout: this.#layout.value,
      selected: this.selected,
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
      <div class="box" @pointerdown=${this.#down} @pointermove=${this.#move} @pointerup=${this.#up} @pointercancel=${this.#forget}>
        <svg viewBox="0 0 ${place.width} ${place.height}" role="group" aria-label="The cluster">
          <g role="group" aria-label="Links">
            ${drawLinks(
              scene,
              this.focusLink,
              (pair, at) => void this.#openMenu(pair, at),
              (event, index) => this.#linkKey(event, index),
            )}
          </g>
          ${of("client").map((node) => drawErrand(scene, node))} ${drawPartition(scene)}
          <g role="group" aria-label="Nodes">
            ${of("server").map((node) => drawServer(scene, node))}
            ${of("client").map((node) => drawClient(scene, node))}
            ${frame.nodes.filter((node) => ["coordinator", "store", "worker"].includes(node.kind)).map((node) => drawCard(scene, node))}
          </g>
          ${drawGround(scene, () => this.dispatchEvent(new CustomEvent("sb-tab", { detail: "mapreduce", bubbles: true, composed: true })))}
          ${this.stroke ? svg`<line class="drawing" x1=${this.stroke.from.x} y1=${this.stroke.from.y} x2=${this.stroke.to.x} y2=${this.stroke.to.y} />` : nothing}
        </svg>
        <canvas aria-hidden="true"></canvas>
      </div>
      ${this.#linkMenu()}
    `;
  }

  protected override updated() {
    const scene = this.#scene;
    if (!scene) return;
    if (this.canvas) drawFlights(this.canvas, scene, this.theme);
    this.#ownHeight(scene.layout.narrow ? scene.layout.height : null);
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
    const cut = view.frame.links.length;
    if (cut === 0) return nothing;
    const found = groups(view.frame);
    const servers = (ids: readonly NodeId[]) => ids.map((id) => nameIn(view.frame, id)).join(" ");
    const text =
      found.length > 1 ? `Partition: ${found.map(servers).join(" | ")}` : `${count(cut, "link direction")} not open`;
    return html`<div class="chip"><span>${text}</span>
      <button title="Open all links (h)" @click=${() => void this.lab.act({ do: "heal" })}>Heal <kbd aria-hidden="true">h</kbd></button></div>`;
  }

  #linkMenu() {
    const { menu, view } = this;
    if (!menu || !view) return nothing;
    // Another link's menu is another element: it takes its place and the focus anew.
    return keyed(
      menu,
      html`<sb-link-menu .lab=${this.lab} .view=${view} .pair=${menu.pair} .at=${menu.at} @sb-close=${() => this.#closeMenu()}></sb-link-menu>`,
    );
  }

  async #openMenu(pair: Pair, at: Point) {
    try {
      await late("sb-link-menu");
      this.menu = { pair, at };
    } catch (error) {
      this.lab.say(error instanceof Error ? error.message : String(error), "error");
    }
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
    if (
      this.menu &&
      !event.composedPath().some((target) => target instanceof Element && target.localName === "sb-link-menu")
    )
      this.menu = null;
    const scene = this.#scene;
    const at = this.#point(event);
    const flight = scene ? flightAt(scene, at.x, at.y) : undefined;
    const onNode = event
      .composedPath()
      .some(
        (target) =>
          target instanceof Element && (target.hasAttribute("data-node") || target.classList.contains("start")),
      );
    if (flight && !onNode) {
      this.#select({ flight: flight.id });
      this.#skipClick = true;
      return;
    }
    if (!onNode) this.stroke = { from: at, to: at };
  }

  /** A press that meant a message must not open the link beneath it. */
  #skipClick = false;

  #move(event: PointerEvent) {
    if (this.stroke) this.stroke = { from: this.stroke.from, to: this.#point(event) };
  }

  #up(event: PointerEvent) {
    const stroke = this.stroke;
    this.stroke = null;
    const scene = this.#scene;
    if (!stroke || !scene) return;
    const to = this.#point(event);
    if (Math.hypot(to.x - stroke.from.x, to.y - stroke.from.y) < SHORTEST_STROKE) return;
    this.#skipClick = true;
    const servers = scene.frame.nodes
      .filter((node) => node.kind === "server")
      .map((node) => ({ id: node.id, at: scene.layout.at.get(node.id) as Point }));
    const sides = split(stroke.from, to, servers);
    if (!sides) {
      this.lab.say("That line leaves every server on one side. Draw it between servers to part them.");
      return;
    }
    void this.lab.act({ do: "partition", groups: sides });
    this.dispatchEvent(
      new CustomEvent("sb-told", {
        detail: `Partition: ${sides.map((ids) => list(ids.map((id) => nameIn(scene.frame, id)))).join(" apart from ")}`,
        bubbles: true,
        composed: true,
      }),
    );
  }

  #forget() {
    this.stroke = null;
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
