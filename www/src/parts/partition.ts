// A partition by keyboard or touch: each server to one side, or left able to reach everyone.

import { type CSSResultGroup, css, html } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { NodeId } from "splitbrain";
import { Dialog } from "./dialog.js";

@customElement("sb-partition")
export class PartitionDialog extends Dialog {
  static override styles: CSSResultGroup = [
    Dialog.styles,
    css`
      fieldset {
        border: 0;
        padding: 0;
        margin: 0;
        display: grid;
        gap: 2px;
      }
      legend {
        font-size: 12px;
        color: var(--soft);
        padding: 0 0 4px;
      }
      .sides {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 20px;
      }
      .sides label {
        display: flex;
        gap: 8px;
        align-items: center;
        min-height: 32px;
      }
      @media (max-width: 760px) {
        .sides label {
          min-height: 44px;
        }
      }
    `,
  ];
  protected readonly heading = "Partition the servers";
  @state() private a = new Set<NodeId>();
  @state() private b = new Set<NodeId>();

  override show() {
    const frame = this.view?.frame;
    const servers = this.#servers.map((node) => node.id);
    // The lesson most people come for: a leader left with a minority.
    const leader = frame?.leader ?? servers[0] ?? 0;
    const minority = Math.floor((servers.length - 1) / 2);
    const at = Math.max(0, servers.indexOf(leader));
    this.a = new Set(Array.from({ length: minority }, (_, i) => servers[(at + i) % servers.length] as NodeId));
    this.b = new Set(servers.filter((id) => !this.a.has(id)));
    super.show();
  }

  get #servers() {
    return this.view?.frame.nodes.filter((node) => node.kind === "server") ?? [];
  }

  protected body() {
    const side = (title: string, mine: Set<NodeId>, other: Set<NodeId>) => html`<fieldset><legend>${title}</legend>
      ${this.#servers.map(
        (
          node,
        ) => html`<label><input type="checkbox" .checked=${mine.has(node.id)} aria-label="${node.name} on ${title.toLowerCase()}"
          @change=${(event: Event) => {
            if ((event.target as HTMLInputElement).checked) {
              mine.add(node.id);
              other.delete(node.id);
            } else mine.delete(node.id);
            this.requestUpdate();
          }} />${node.name}${node.id === this.view?.frame.leader ? html` <span class="soft">leader</span>` : ""}</label>`,
      )}</fieldset>`;
    const ready = this.a.size > 0 && this.b.size > 0;
    return html`
      <div class="sides">${side("Side A", this.a, this.b)}${side("Side B", this.b, this.a)}</div>
      <p class="soft">No message passes between the sides. A server on neither side still reaches everyone; clients do too.</p>
      <div class="end">
        <button title="Part nobody (Escape)" @click=${() => this.close()}>Cancel</button>
        <button class="primary" ?disabled=${!ready} title=${ready ? "Cut every link between the sides" : "Each side needs a server"} @click=${this.#cut}>Partition</button>
      </div>`;
  }

  #cut() {
    this.close();
    void this.lab.act({
      do: "partition",
      groups: [[...this.a].sort((x, y) => x - y), [...this.b].sort((x, y) => x - y)],
    });
  }
}
