// What can be done to one link between two servers, each direction on its own. Opened where the link was touched.

import { css, html, LitElement } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { NodeId } from "splitbrain";
import type { Lab } from "../engine/lab.js";
import { nameIn, type View } from "../engine/view.js";
import type { Point } from "../model/geometry.js";
import type { Gate, Pair } from "../model/network.js";
import { controls } from "../style/controls.js";

@customElement("sb-link-menu")
export class LinkMenu extends LitElement {
  static override styles = [
    controls,
    css`
      :host {
        position: absolute;
        z-index: 3;
        background: var(--card);
        border: 1px solid var(--line);
        border-radius: 10px;
        padding: 10px;
        box-shadow: 0 6px 24px rgb(0 0 0 / 0.18);
        min-width: 190px;
      }
      .menu {
        display: grid;
        gap: 6px;
      }
      h3 {
        margin: 0 2px 2px;
      }
      button {
        justify-content: flex-start;
      }
    `,
  ];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) view!: View;
  @property({ attribute: false }) pair!: Pair;
  @property({ attribute: false }) at: Point = { x: 0, y: 0 };

  protected override firstUpdated() {
    const room = this.offsetParent?.getBoundingClientRect();
    if (room) {
      this.style.left = `${Math.max(8, Math.min(this.at.x - 95, room.width - this.offsetWidth - 8))}px`;
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
      <button @click=${() => set("cut", there, back)}>Cut both ways</button>
      <button @click=${() => set("cut", there)}>Cut ${a} → ${b}</button>
      <button @click=${() => set("cut", back)}>Cut ${b} → ${a}</button>
      <button @click=${() => set("hold", there, back)}>Hold messages both ways</button>
      <button @click=${() => set("open", there, back)}>Open both ways</button>
      <button @click=${() => this.#close()}>Leave it</button>
    </div>`;
  }

  #close() {
    this.dispatchEvent(new CustomEvent("sb-close"));
  }
}
