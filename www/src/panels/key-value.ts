// The key/value console: operations by a chosen client, their replies and attempts, and what every server stores.

import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Node, Way } from "splitbrain";
import { nameIn } from "../engine/view.js";
import { cut, seconds, span } from "../model/format.js";
import { toggled, USUAL } from "../model/load.js";
import { isMeant, type Lit, litBy, type Meant } from "../model/way.js";
import { controls } from "../style/controls.js";
import "./console.js";
import "./load.js";
import type { LoadSliders } from "./load.js";
import { Panel } from "./panel.js";
import { drawWay, say, wayStyle } from "./way.js";

/** How many operations of all clients are followed, and how many when somebody wants to see more. */
const FOLLOWED = 60;
const FURTHER = 240;
/** How many of one client are listed at first. */
const NEWEST = 12;

@customElement("sb-key-value")
export class KeyValue extends Panel {
  static override styles = [
    controls,
    wayStyle,
    css`
      :host {
        display: block;
      }
      sb-console,
      sb-load {
        margin-top: 8px;
      }
      .row .soft {
        font-size: 12.5px;
      }
      .scroll {
        overflow-x: auto;
      }
      td.mono {
        overflow-wrap: anywhere;
      }
      td .soft {
        white-space: nowrap;
      }
      .number,
      td:first-child {
        white-space: nowrap;
      }
      .number {
        text-align: right;
      }
      tr.open > td {
        background: var(--sunk);
      }
      .follows > td {
        background: var(--sunk);
        padding: 6px 8px 12px;
      }
      td button.link {
        color: var(--ink);
        text-align: left;
      }
      .again {
        color: var(--hold);
      }
      .servers {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(200px, 1fr));
        gap: 12px;
      }
      .servers article {
        border: 1px solid var(--line);
        border-radius: 10px;
        padding: 10px 12px;
        min-width: 0;
      }
      .servers h3 {
        display: flex;
        justify-content: space-between;
        gap: 8px;
      }
      .servers h3 span {
        font-weight: 400;
        font-size: 12px;
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1fr);
        gap: 2px 10px;
        margin: 0;
        font: 12px/1.5 var(--mono);
        max-height: 150px;
        overflow: auto;
      }
      dt {
        color: var(--soft);
      }
      dd {
        margin: 0;
        overflow: hidden;
        text-overflow: ellipsis;
        white-space: nowrap;
      }
      .sessions {
        margin-top: 8px;
        padding-top: 6px;
        border-top: 1px dashed var(--line);
        font-size: 12px;
        color: var(--soft);
      }
    `,
  ];

  /** The operation whose way is shown. */
  @property({ attribute: false }) followed: Meant | null = null;
  @state() private chosen: number | null = null;
  @state() private all = false;
  @query("sb-load") private load!: LoadSliders | null;

  /** The operation that was last brought into sight. */
  #shown: Meant | null = null;

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.lab.operations = 0;
  }

  protected override willUpdate(changed: PropertyValues) {
    if (this.lab.operations !== this.#many) {
      this.lab.operations = this.#many;
      void this.lab.refresh();
    }
    if (changed.has("followed") && this.followed && "client" in this.followed) this.chosen = this.followed.client;
    // An entry of a log tells its client only once its operation is here.
    const way = this.#followedWay;
    if (way && this.followed !== this.#shown) this.chosen = way.client;
  }

  protected override updated() {
    if (!this.#followedWay || this.followed === this.#shown) return;
    this.#shown = this.followed;
    this.#light(this.#lit);
    this.renderRoot.querySelector(".follows")?.scrollIntoView({ block: "nearest" });
  }

  get #many(): number {
    return this.all ? FURTHER : FOLLOWED;
  }

  get #followedWay(): Way | undefined {
    const meant = this.followed;
    return meant ? this.view.operations.find((one) => isMeant(one, meant)) : undefined;
  }

  #light(lit: Lit | null) {
    this.dispatchEvent(new CustomEvent("sb-lit", { detail: lit, bubbles: true, composed: true }));
  }

  get #clients() {
    return this.view.frame.nodes.filter((node) => node.kind === "client");
  }

  get #client(): Node | undefined {
    return this.#clients.find((node) => node.id === this.chosen) ?? this.#clients[0];
  }

  override render() {
    const node = this.#client;
    if (!node)
      return html`<section><div class="empty"><p>This cluster has no clients. Start a new run with at least one.</p></div></section>`;
    return html`${this.#console(node)}${this.#history(node)}${this.#stores()}`;
  }

  #console(node: Node) {
    const loaded = node.client?.load ?? null;
    return html`<section>
      <div class="row" role="group" aria-label="Client">
        ${this.#clients.map(
          (client) =>
            html`<button type="button" aria-pressed=${client.id === node.id} title="Operations by ${client.name}" @click=${() => {
              this.chosen = client.id;
            }}>${client.name}</button>`,
        )}
        <label class="row"><input type="checkbox" role="switch" .checked=${loaded !== null} ?disabled=${!node.client} aria-label="Steady load by ${node.name}" @change=${() =>
          void this.lab.act(toggled(node, this.load?.mix ?? USUAL))} />
          steady load</label>
        <span class="soft">${node.client ? waits(node.client) : "crashed: what is sent is lost until it is restarted"}</span>
      </div>
      <sb-console .lab=${this.lab} .node=${node} .keys=${this.#keys}></sb-console>
      <sb-load .lab=${this.lab} .clients=${this.#clients}></sb-load>
    </section>`;
  }

  /** Every key that a server has, and those that were asked for of late. */
  get #keys(): string[] {
    const stored = this.view.frame.nodes.flatMap((node) => node.server?.store.map(([key]) => key) ?? []);
    const asked = this.view.operations.map((way) => way.text.split(" ")[1] ?? "");
    return [...new Set([...stored, ...asked])].filter((key) => key !== "" && !key.endsWith("…")).sort();
  }

  #history(node: Node) {
    const mine = this.view.operations.filter((way) => way.client === node.id);
    if (mine.length === 0) {
      const far = (node.client?.next ?? 1) > 1 && !this.#coming;
      return html`<section><div class="empty"><p>${
        far
          ? `${node.name}'s operations lie further back than the last ${this.#many} of all clients. The History panel has them.`
          : html`${node.name} has not asked for anything yet. Type <span class="mono">put x 1</span> and press Enter, then <span class="mono">get x</span>.`
      }</p></div></section>`;
    }
    return html`<section>
      <h2>${node.name}'s operations, newest first: choose one to follow its way</h2>
      <div class="scroll"><table aria-label="Operations of ${node.name}">
        <thead><tr><th scope="col">#</th><th scope="col">operation</th><th scope="col">reply</th><th scope="col" class="number">attempts</th><th scope="col" class="number">took</th><th scope="col" class="number">index</th></tr></thead>
        <tbody>${mine.filter((way, i) => this.all || i < NEWEST || way === this.#followedWay).map((way) => this.#operation(way))}</tbody>
      </table></div>
      ${
        mine.length > NEWEST || this.all
          ? html`<p><button class="link" title="Operations further back" @click=${() => {
              this.all = !this.all;
            }}>${this.all ? `Only the newest ${NEWEST}` : "More of them"}</button></p>`
          : nothing
      }
    </section>`;
  }

  #operation(way: Way) {
    const open = this.followed !== null && isMeant(way, this.followed);
    const reply = way.returned?.reply;
    const index = (way.logged.find((one) => one.node === way.committed?.node) ?? way.logged[0])?.index;
    const light = (event: Event) => say(event, litBy(way));
    const dim = (event: Event) => say(event, this.#lit);
    return html`<tr class=${open ? "open" : ""} @pointerenter=${light} @pointerleave=${dim} @focusin=${light} @focusout=${dim}>
        <td class="mono soft" title="called at ${seconds(way.called.at)}">${way.number}</td>
        <td class="mono"><button class="link" aria-expanded=${open} title="Follow its way" @click=${() => this.#follow(way)}>${cut(way.text, 80)}</button></td>
        <td class="mono">${reply === undefined ? html`<span class="soft">waiting</span>` : reply === "" ? html`<span class="soft">(empty)</span>` : cut(reply, 80)}</td>
        <td class="number ${way.attempts.length > 1 ? "again" : ""}">${way.attempts.length}</td>
        <td class="number">${way.returned ? span(way.returned.at - way.called.at) : "…"}</td>
        <td class="number">${index ?? "–"}</td></tr>
      ${open ? html`<tr class="follows"><td colspan="6">${drawWay(way, this.lab, this.view)}</td></tr>` : nothing}`;
  }

  /** What stays lit when nothing is pointed at: the operation that is followed. */
  get #lit(): Lit | null {
    const way = this.#followedWay;
    return way ? litBy(way) : null;
  }

  #follow(way: Way) {
    const { client, number, life } = way;
    const detail = this.followed && isMeant(way, this.followed) ? null : { client, number, life };
    this.#light(detail && litBy(way));
    this.dispatchEvent(new CustomEvent("sb-follow", { detail, bubbles: true, composed: true }));
  }

  /** Operations are on their way here. */
  get #coming(): boolean {
    return this.lab.operations === 0 || this.view.operations.length === 0;
  }

  #stores() {
    const servers = this.view.frame.nodes.filter((node) => node.kind === "server");
    return html`<section>
      <h2>What each server stores, and the session table that tells a repeat from a new request</h2>
      <div class="servers">
        ${servers.map((node) => {
          const server = node.server;
          if (!server) {
            return html`<article aria-label="${node.name}'s store"><h3>${node.name} <span class="soft">crashed</span></h3>
              <p class="soft">Its store was in memory. It is built again from the log on its disk.</p></article>`;
          }
          return html`<article aria-label="${node.name}'s store">
            <h3>${node.name} <span class="soft">applied ${server.lastApplied}</span></h3>
            ${
              server.store.length === 0
                ? html`<p class="soft">empty</p>`
                : html`<dl>${server.store.map(([key, value]) => html`<dt>${cut(key, 24)}</dt><dd title=${value}>${value === "" ? html`<span class="soft">(empty)</span>` : cut(value, 200)}</dd>`)}</dl>`
            }
            ${server.storeSize > server.store.length ? html`<p class="soft">and ${server.storeSize - server.store.length} more keys</p>` : nothing}
            <div class="sessions">${
              server.sessions.length === 0
                ? "no sessions"
                : server.sessions.map(
                    (one) =>
                      html`<div>${nameIn(this.view.frame, one.client)} up to ${this.#numbered(one.client, one.number)}${one.reply === null ? "" : html` → <span class="mono">${cut(one.reply, 18) || "(empty)"}</span>`}</div>`,
                  )
            }</div>
          </article>`;
        })}
      </div>
    </section>`;
  }

  /** The number of an operation: a way to it, if it is still known. */
  #numbered(client: number, number: number) {
    const detail: Meant = { client, number };
    if (!this.view.operations.some((way) => isMeant(way, detail))) return `#${number}`;
    return html`<button class="link" title="Follow its way" @click=${() => this.dispatchEvent(new CustomEvent("sb-follow", { detail, bubbles: true, composed: true }))}>#${number}</button>`;
  }
}

/** What a client waits for. */
function waits({ pending, queued }: NonNullable<Node["client"]>): string {
  const more = queued > 0 ? `, ${queued} more` : "";
  return pending ? `waiting for #${pending.number}${more}` : "";
}
