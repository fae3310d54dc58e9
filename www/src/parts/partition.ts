// A partition by keyboard or touch: each node to a side, or to none, where it still reaches everyone.

import { type CSSResultGroup, css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Node, NodeId } from "splitbrain";
import { groups } from "../model/partition.js";
import { Dialog } from "./dialog.js";

const LETTERS = "ABCDEFGHI";

@customElement("sb-partition")
export class PartitionDialog extends Dialog {
  static override styles: CSSResultGroup = [
    Dialog.styles,
    css`
      table {
        width: auto;
      }
      td,
      th {
        padding: 0;
        height: 30px;
        min-width: 44px;
        text-align: center;
        vertical-align: middle;
      }
      tbody th {
        text-align: left;
        color: var(--ink);
        padding-right: 18px;
        white-space: nowrap;
      }
      label {
        display: grid;
        place-content: center;
        height: 100%;
      }
      .scroll {
        overflow-x: auto;
      }
      @media (max-width: 760px) {
        td,
        th {
          height: 44px;
        }
      }
    `,
  ];
  protected readonly heading = "Partition the servers";
  /** The side of each node that has one. */
  @state() private sides = new Map<NodeId, number>();
  @state() private count = 2;

  override show() {
    const frame = this.view?.frame;
    const now = frame ? groups(frame) : [];
    // A partition that is in force is shown to be changed; else the lesson most people come for.
    if (now.length > 1) this.#take(now);
    else this.#minority();
    super.show();
  }

  get #servers(): readonly Node[] {
    return this.view?.frame.nodes.filter((node) => node.kind === "server") ?? [];
  }

  get #nodes(): readonly Node[] {
    return this.view?.frame.nodes.filter((node) => node.kind === "server" || node.kind === "client") ?? [];
  }

  #take(groups: readonly (readonly NodeId[])[]) {
    this.count = Math.max(2, groups.length);
    this.sides = new Map(groups.flatMap((group, side) => group.map((id) => [id, side] as const)));
  }

  /** The servers in ring order, the leader first. */
  get #fromLeader(): NodeId[] {
    const ids = this.#servers.map((node) => node.id);
    const at = Math.max(0, ids.indexOf(this.view?.frame.leader ?? 0));
    return [...ids.slice(at), ...ids.slice(0, at)];
  }

  /** The leader left with a minority. */
  #minority() {
    const ids = this.#fromLeader;
    const few = Math.floor((ids.length - 1) / 2);
    this.#take([ids.slice(0, few), ids.slice(few)]);
  }

  /** Two sides that only one server, on neither, can reach both of. */
  #bridge() {
    const ids = this.#fromLeader;
    const half = Math.ceil(ids.length / 2) - 1;
    this.#take([ids.slice(0, half), ids.slice(half + 1)]);
  }

  protected body() {
    const nodes = this.#nodes;
    const letters = [...LETTERS.slice(0, this.count)];
    const box = (
      node: Node,
      letter: string,
      mine: number,
    ) => html`<td><label><input type="checkbox" .checked=${this.sides.get(node.id) === mine}
      aria-label="${node.name} on side ${letter.toLowerCase()}" title="${node.name} on side ${letter}" @change=${(
        event: Event,
      ) => {
        const sides = new Map(this.sides);
        if ((event.target as HTMLInputElement).checked) sides.set(node.id, mine);
        else sides.delete(node.id);
        this.sides = sides;
      }} /></label></td>`;
    const groups = this.#groups;
    const alone = nodes.filter((node) => !this.sides.has(node.id));
    return html`
      <div class="row" role="group" aria-label="Begin with">
        <button title="The leader with fewer than half" @click=${() => this.#minority()}>Leader in a minority</button>
        <button ?disabled=${this.#servers.length < 3} title="One server reaches both sides, which cannot reach each other" @click=${() => this.#bridge()}>Bridge</button>
        <button title="No server reaches any other" @click=${() => this.#take(this.#servers.map((node) => [node.id]))}>Everyone alone</button>
        ${this.count < Math.min(LETTERS.length, this.#servers.length) ? html`<button title="One more set of nodes" @click=${() => this.count++}>Add a side</button>` : nothing}
      </div>
      <div class="scroll"><table aria-label="Sides">
        <thead><tr><td></td>${letters.map((letter) => html`<th scope="col"><span class="hidden-text">Side</span> ${letter}</th>`)}</tr></thead>
        <tbody>${nodes.map(
          (
            node,
          ) => html`<tr><th scope="row">${node.name}${node.id === this.view?.frame.leader ? html` <span class="soft">leader</span>` : nothing}</th>
            ${letters.map((letter, i) => box(node, letter, i))}</tr>`,
        )}</tbody></table></div>
      <p class="soft">No message passes between the sides. ${alone.length === 0 ? "Every node is on one." : `On none, so reaching everyone: ${alone.map((node) => node.name).join(", ")}.`}</p>
      <div class="end">
        <button title="Change nothing (Escape)" @click=${() => this.close()}>Cancel</button>
        <button class="primary" ?disabled=${groups.length < 2} title=${groups.length < 2 ? "At least two sides need a node" : "Cut every link between the sides"} @click=${this.#cut}>Partition</button>
      </div>`;
  }

  get #groups(): NodeId[][] {
    const groups = Array.from({ length: this.count }, (_, side) =>
      [...this.sides].filter(([, on]) => on === side).map(([id]) => id),
    );
    return groups.filter((group) => group.length > 0).map((group) => group.sort((a, b) => a - b));
  }

  #cut() {
    this.close();
    // A partition opens the links within a side and leaves those of nodes on none: what an earlier one cut must not stay.
    const heal = (this.view?.frame.links.length ?? 0) > 0 ? [{ do: "heal" as const }] : [];
    void this.lab.act(...heal, { do: "partition", groups: this.#groups });
  }
}
