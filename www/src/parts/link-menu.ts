// What can be done to one link between two servers, each direction on its own. Opened where the link was touched.

import { css, html, LitElement, type PropertyValues } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { NodeId } from "splitbrain";
import type { Lab } from "../engine/lab.js";
import { nameIn, type View } from "../engine/view.js";
import type { Point } from "../model/geometry.js";
import type { Gate, Pair } from "../model/network.js";
import { controls } from "../style/controls.js";
import { linkWays, linkWaysStyle } from "./link-ways.js";

@customElement("sb-link-menu")
export class LinkMenu extends LitElement {
  static override styles = [
    controls,
    linkWaysStyle,
    css`
      :host {
        position: absolute;
        z-index: 3;
        background: var(--card);
        border: 1px solid var(--line);
        border-radius: 10px;
        padding: 10px;
        box-shadow: 0 6px 24px rgb(0 0 0 / 0.18);
        width: min(420px, calc(100% - 16px));
      }
      .menu {
        display: grid;
        gap: 6px;
      }
      h3 {
        margin: 0 2px 2px;
      }
      .row button {
        flex: 1;
        padding: 5px 6px;
      }
      .row.end button {
        flex: none;
        margin-left: auto;
      }
    `,
  ];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) view!: View;
  @property({ attribute: false }) pair!: Pair;
  @property({ attribute: false }) at: Point = { x: 0, y: 0 };

  /** Another link: another place, and the focus anew. */
  protected override updated(changed: PropertyValues) {
    if (!changed.has("at")) return;
    const room = this.offsetParent?.getBoundingClientRect();
    if (room) {
      this.style.left = `${Math.max(8, Math.min(this.at.x - this.offsetWidth / 2, room.width - this.offsetWidth - 8))}px`;
      this.style.top = `${Math.max(8, Math.min(this.at.y - 20, room.height - this.offsetHeight - 8))}px`;
    }
    this.renderRoot.querySelector("button")?.focus();
  }

  override render() {
    const { pair, view } = this;
    const a = nameIn(view.frame, pair.a);
    const b = nameIn(view.frame, pair.b);
    const there: [NodeId, NodeId] = [pair.a, pair.b];
    const back: [NodeId, NodeId] = [pair.b, pair.a];
    const set = (state: Gate, ...ways: [NodeId, NodeId][]) => {
      this.#close();
      void this.lab.act(...ways.map(([from, to]) => ({ do: "link" as const, from, to, state })));
    };
    return html`<div class="menu" role="dialog" aria-label="Link ${a} – ${b}"
      @keydown=${(event: KeyboardEvent) => {
        event.stopPropagation();
        if (event.key === "Escape") this.#close();
      }}>
      <h3>Link ${a} – ${b}</h3>
      <div class="row">
        <button title="Nothing passes until it is opened" @click=${() => set("cut", there, back)}>Cut both ways</button>
        <button title="Messages wait until it is opened" @click=${() => set("hold", there, back)}>Hold both ways</button>
        <button title="As it was, and what it held goes on" @click=${() => set("open", there, back)}>Open both ways</button>
      </div>
      ${linkWays(view.frame, view.config, pair, (action) => void this.lab.act(action))}
      <div class="row end"><button title="Close (Escape)" @click=${() => this.#close()}>Done</button></div>
    </div>`;
  }

  #close() {
    this.dispatchEvent(new CustomEvent("sb-close"));
  }
}
