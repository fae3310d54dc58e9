// The inspector: the whole state of what is selected, in the paper's terms, and everything that can be done to it.

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import type { Action, Flight, Node, NodeId, Server } from "splitbrain";
import { nameIn, nodeOf } from "../engine/view.js";
import { isolated, toggles } from "../model/deeds.js";
import { span } from "../model/format.js";
import { stateOf } from "../model/network.js";
import type { Selection } from "../stage/scene.js";
import { controls } from "../style/controls.js";
import { Panel } from "./panel.js";

const DISKS: readonly { name: string; latency: [number, number] | null }[] = [
  { name: "as configured", latency: null },
  { name: "10–30 ms", latency: [10_000, 30_000] },
  { name: "100–200 ms", latency: [100_000, 200_000] },
];
const SLOWNESS: readonly { name: string; by: number }[] = [
  { name: "no delay", by: 0 },
  { name: "10 ms", by: 10_000 },
  { name: "100 ms", by: 100_000 },
];

@customElement("sb-inspector")
export class Inspector extends Panel {
  static override styles = [
    controls,
    css`
      :host {
        display: block;
      }
      .top {
        display: flex;
        justify-content: space-between;
        gap: 10px;
        align-items: start;
      }
      .top h2 {
        font-size: 13px;
        color: var(--ink);
        margin: 2px 0 8px;
      }
      .top button {
        min-height: 28px;
        padding: 2px 9px;
      }
      @media (max-width: 760px) {
        .top button {
          min-height: 44px;
        }
      }
      dl {
        display: grid;
        grid-template-columns: auto minmax(0, 1.7fr) auto minmax(0, 1fr);
        gap: 4px 12px;
        margin: 0 0 12px;
        font: 12px/1.5 var(--mono);
      }
      dt {
        color: var(--soft);
      }
      dd {
        margin: 0;
        overflow-wrap: anywhere;
      }
      .was {
        color: var(--accent);
      }
      .row + .row {
        margin-top: 8px;
      }
      .do button,
      .do select {
        min-height: 30px;
        padding: 3px 10px;
      }
      table {
        margin-top: 12px;
      }
      td,
      th {
        padding: 2px 8px 2px 0;
      }
      td select {
        min-height: 26px;
        padding: 0 4px;
        font-size: 12px;
      }
      details {
        margin-top: 10px;
        font-size: 13px;
      }
      summary {
        cursor: pointer;
        color: var(--soft);
        font-size: 12px;
      }
      .flights button {
        display: block;
        margin: 4px 0;
        text-align: left;
      }
      @media (max-width: 760px) {
        dl {
          grid-template-columns: auto minmax(0, 1fr);
        }
        .do button,
        .do select,
        td select {
          min-height: 44px;
        }
      }
    `,
  ];

  @property({ attribute: false }) selected: Selection = null;
  @property({ type: Boolean }) playing = false;

  override render() {
    const { frame } = this.view;
    if (this.selected === null) return nothing;
    if ("flight" in this.selected) {
      const id = this.selected.flight;
      const flight = frame.flights.find((one) => one.id === id);
      return flight
        ? this.#flight(flight)
        : this.#frame(
            "That message has arrived",
            html`<p class="soft">Step back to catch it again, or select something else.</p>`,
          );
    }
    const node = nodeOf(frame, this.selected.node);
    return node ? this.#node(node) : nothing;
  }

  #frame(title: string, body: TemplateResult) {
    return html`<section aria-label="Inspector"><div class="top"><h2>${title}</h2>
      <button aria-label="Close the inspector" title="Deselect (Escape)" @click=${() => this.#choose(null)}>✕</button></div>${body}</section>`;
  }

  #choose(selection: Selection) {
    this.dispatchEvent(new CustomEvent("sb-select", { detail: selection, bubbles: true, composed: true }));
  }

  #act(...actions: Action[]) {
    void this.lab.act(...actions);
  }

  // ── A node ─────────────────────────────────────────────────────────────────────────────────────────────────────

  #node(node: Node) {
    const state = node.status === "down" ? "crashed" : node.status === "paused" ? "paused" : null;
    const title = node.server
      ? `${node.name}, ${state ?? `${node.server.role} in term ${node.server.term}`}`
      : `${[...new Set([node.name, node.kind])].join(", ")}${state ? `, ${state}` : ""}`;
    return this.#frame(
      title,
      html`<dl aria-label="State of ${node.name}">${node.server ? this.#server(node, node.server) : nothing}${node.client ? this.#client(node) : nothing}${node.worker ? this.#worker(node) : nothing}${this.#disk(node)}${this.#common(node)}</dl>
        ${this.#deeds(node)}
        ${node.server?.progress.length ? this.#progress(node.server) : nothing}
        ${node.kind === "server" ? this.#links(node) : nothing}
        ${this.#messages(node)}`,
    );
  }

  #server(node: Node, server: Server) {
    const old = this.view.before?.find((one) => one.id === node.id)?.server;
    const { frame } = this.view;
    const fact = (name: string, read: (server: Server) => string) => {
      const now = read(server);
      const was = old && !this.playing ? read(old) : now;
      return html`<dt>${name}</dt><dd>${now}${was === now ? nothing : html` <span class="was">was ${was}</span>`}</dd>`;
    };
    return html`
      ${fact("currentTerm", (s) => String(s.term))}
      ${fact("commitIndex", (s) => String(s.commitIndex))}
      ${fact("votedFor", (s) => nameIn(frame, s.votedFor))}
      ${fact("lastApplied", (s) => String(s.lastApplied))}
      ${fact("log[]", (s) => (s.lastIndex === 0 ? "empty" : `to ${s.lastIndex}, of term ${s.lastTerm}`))}
      ${fact("leader known", (s) => nameIn(frame, s.leaderHint))}
      ${fact("on disk", (s) => `term ${s.durable.term}, vote ${nameIn(frame, s.durable.votedFor)}, log to ${s.durable.lastIndex}`)}
      ${server.role === "candidate" ? fact("votes", (s) => `${s.votes.filter((one) => one.vote === "granted").length} granted`) : fact("waiting", (s) => (s.waiting.length === 0 ? "nobody" : s.waiting.map((one) => `${nameIn(frame, one.client)} #${one.number}`).join(", ")))}`;
  }

  /** All that is left of a crashed server. */
  #disk(node: Node) {
    if (node.server || !node.durable) return nothing;
    const { term, votedFor, lastIndex } = node.durable;
    return html`
      <dt>on disk</dt><dd>term ${term}, vote ${nameIn(this.view.frame, votedFor)}, log to ${lastIndex}</dd>
      <dt>in memory</dt><dd>nothing: it crashed</dd>`;
  }

  #client(node: Node) {
    const client = node.client;
    if (!client) return nothing;
    const { frame } = this.view;
    return html`
      <dt>session</dt><dd>${client.session}</dd>
      <dt>next number</dt><dd>${client.next}</dd>
      <dt>pending</dt><dd>${client.pending ? `#${client.pending.number} ${client.pending.text}` : "nothing"}</dd>
      <dt>attempt</dt><dd>${client.pending ? `${client.pending.attempt}, to ${nameIn(frame, client.pending.to)}` : "–"}</dd>
      <dt>leader known</dt><dd>${nameIn(frame, client.leaderHint)}</dd>
      <dt>queued</dt><dd>${client.queued}</dd>`;
  }

  #worker(node: Node) {
    const task = node.worker?.task;
    return html`<dt>task</dt><dd>${task ? `${task.phase} ${task.number + 1}, attempt ${task.attempt}` : "none"}</dd>
      <dt>done</dt><dd>${node.worker?.done ?? 0}</dd><dt>doing</dt><dd>${node.worker?.doing || "nothing"}</dd>`;
  }

  #common(node: Node) {
    const { now } = this.view;
    return html`
      ${node.timers.map((timer) => html`<dt>${timer.name} timer</dt><dd>${node.status === "up" ? `${span(Math.max(0, timer.firesAt - now))} left` : "stopped"}</dd>`)}
      ${node.writes.map((write) => html`<dt>writing</dt><dd>${write.what}${write.doneAt === null ? ", stalled" : `, ${span(Math.max(0, write.doneAt - now))} left`}</dd>`)}
      ${node.slow > 0 ? html`<dt>slowed by</dt><dd>${span(node.slow)}</dd>` : nothing}
      ${node.incarnation > 1 ? html`<dt>restarts</dt><dd>${node.incarnation - 1}</dd>` : nothing}`;
  }

  #deeds(node: Node) {
    const { frame, config } = this.view;
    const { id, name } = node;
    const can = toggles(frame, id);
    const down = node.status === "down";
    const stalled = node.writes.some((write) => write.doneAt === null);
    return html`
      <div class="row do" role="group" aria-label="Do to ${name}">
        <button title="${down ? "Boot from its disk" : "Lose everything that is not on disk"} (c)" @click=${() => this.#act(...can.crash)}>${down ? "Restart" : "Crash"} <kbd aria-hidden="true">c</kbd></button>
        ${
          node.status === "paused"
            ? html`<button title="Go on where it stopped" @click=${() => this.#act({ do: "resume", node: id })}>Resume</button>`
            : html`<button ?disabled=${down} title="Stop it; messages wait" @click=${() => this.#act({ do: "pause", node: id })}>Pause</button>`
        }
        ${
          node.kind === "server"
            ? html`<button title="Cut all its links (i)" @click=${() => this.#act(...can.isolate)}>${isolated(frame, id) ? "Reconnect" : "Isolate"} <kbd aria-hidden="true">i</kbd></button>`
            : html`<button title="Cut all its links (i)" @click=${() => this.#act({ do: "isolate", node: id })}>Isolate <kbd aria-hidden="true">i</kbd></button>`
        }
        ${node.timers.map(
          (
            timer,
            i,
          ) => html`<button ?disabled=${node.status !== "up"} title="Make the ${timer.name} timer run out now${i === 0 ? " (t)" : ""}" @click=${() => this.#act({ do: "fire", node: id, timer: timer.name })}>Fire${timer.name === "election" ? html`<span class="hidden-text"> election</span>` : ` ${timer.name}`} timer ${i === 0 ? html`<kbd aria-hidden="true">t</kbd>` : nothing}</button>
            <button ?disabled=${node.status !== "up"} title="Give the ${timer.name} timer 200 ms more" @click=${() => this.#act({ do: "postpone", node: id, timer: timer.name, by: 200_000 })}><span class="hidden-text">Postpone ${timer.name} timer</span> +200 ms</button>`,
        )}
      </div>
      <div class="row do" role="group" aria-label="Slow down ${name}">
        ${
          node.kind === "client"
            ? nothing
            : html`<button aria-pressed=${stalled} title="Writes are taken but never complete" @click=${() => this.#act({ do: stalled ? "unstall" : "stall", node: id })}>${stalled ? "Unstall disk" : "Stall disk"}</button>
              <select aria-label="Disk of ${name}" title="How long a write takes" @change=${(event: Event) => {
                const select = event.target as HTMLSelectElement;
                const choice = DISKS[select.selectedIndex - 1];
                select.selectedIndex = 0;
                if (choice) this.#act({ do: "disk", node: id, latency: choice.latency ?? config.diskLatency });
                else this.#act({ do: "unstall", node: id });
              }}><option>Disk…</option>${DISKS.map((one) => html`<option>${one.name}</option>`)}<option>unstall</option></select>`
        }
        <select aria-label="Handling delay of ${name}" title="How long it thinks before each input" @change=${(
          event: Event,
        ) => {
          const select = event.target as HTMLSelectElement;
          const choice = SLOWNESS[select.selectedIndex - 1];
          select.selectedIndex = 0;
          if (choice) this.#act({ do: "slow", node: id, by: choice.by });
        }}><option>Slow down…</option>${SLOWNESS.map((one) => html`<option>${one.name}</option>`)}</select>
        ${node.kind === "server" ? html`<button class="danger" title="Erase its disk. Raft does not survive this: it may forget a vote it gave" @click=${() => this.#act({ do: "wipe", node: id })}>Wipe disk</button>` : nothing}
      </div>`;
  }

  #progress(server: Server) {
    return html`<table aria-label="Progress of followers"><thead><tr><th scope="col">peer</th><th scope="col">nextIndex</th><th scope="col">matchIndex</th></tr></thead>
      <tbody>${server.progress.map((one) => html`<tr class="mono"><td>${nameIn(this.view.frame, one.peer)}</td><td>${one.nextIndex}</td><td>${one.matchIndex}</td></tr>`)}</tbody></table>`;
  }

  #links(node: Node) {
    const { frame } = this.view;
    const peers = frame.nodes.filter((other) => other.kind === "server" && other.id !== node.id);
    const choose = (
      from: NodeId,
      to: NodeId,
    ) => html`<select aria-label="Link ${nameIn(frame, from)} to ${nameIn(frame, to)}" @change=${(event: Event) =>
      this.#act({ do: "link", from, to, state: (event.target as HTMLSelectElement).value as "open" | "cut" | "hold" })}>
        ${(["open", "cut", "hold"] as const).map((state) => html`<option value=${state} .selected=${stateOf(frame, from, to) === state}>${state}</option>`)}</select>`;
    return html`<details><summary>Links, each direction on its own</summary>
      <table><thead><tr><th scope="col">peer</th><th scope="col">to it</th><th scope="col">from it</th></tr></thead>
        <tbody>${peers.map((peer) => html`<tr><td>${peer.name}</td><td>${choose(node.id, peer.id)}</td><td>${choose(peer.id, node.id)}</td></tr>`)}</tbody></table></details>`;
  }

  #messages(node: Node) {
    const { frame } = this.view;
    const mine = frame.flights.filter((flight) => flight.from === node.id || flight.to === node.id);
    return html`<details class="flights"><summary>Messages in flight: ${mine.length}</summary>
      ${mine.map(
        (flight) =>
          html`<button @click=${() => {
            this.lab.pause();
            this.#choose({ flight: flight.id });
          }}>${nameIn(frame, flight.from)} → ${nameIn(frame, flight.to)}: ${flight.text}</button>`,
      )}</details>`;
  }

  // ── A message ──────────────────────────────────────────────────────────────────────────────────────────────────

  #flight(flight: Flight) {
    const { frame, now } = this.view;
    const fate = (name: string, title: string, value: Extract<Action, { do: "flight" }>["fate"]) =>
      html`<button title=${title} @click=${() => this.#act({ do: "flight", flight: flight.id, fate: value })}>${name}</button>`;
    const left =
      flight.arrivesAt === null
        ? "held"
        : flight.lost
          ? "will be lost"
          : `arrives in ${span(Math.max(0, flight.arrivesAt - now))}`;
    return this.#frame(
      `Message from ${nameIn(frame, flight.from)} to ${nameIn(frame, flight.to)}`,
      html`<dl><dt>kind</dt><dd>${flight.kind}</dd><dt>term</dt><dd>${flight.term ?? "–"}</dd><dt>says</dt><dd>${flight.text}</dd><dt>fate</dt><dd>${left}</dd></dl>
        <div class="row do" role="group" aria-label="Do to this message">
          ${fate("Drop", "Lose it", "drop")}${fate("Duplicate", "It arrives twice", "duplicate")}${fate("Corrupt", "Its checksum will not match, so it is lost", "corrupt")}
          ${fate("Deliver now", "It arrives at once", "deliver")}${flight.arrivesAt === null ? fate("Release", "Let it go on", "release") : fate("Hold", "Keep it until released", "hold")}
          ${fate("Delay 100 ms", "It arrives that much later", { delay: 100_000 })}
        </div>`,
    );
  }
}
