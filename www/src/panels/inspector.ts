// The inspector: the whole state of what is selected, in the paper's terms, and everything that can be done to it.

import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Action, Durable, Flight, Frame, Node, NodeId, Server } from "splitbrain";
import { nameIn, nodeOf } from "../engine/view.js";
import { isolated, toggles } from "../model/deeds.js";
import { DISKS, DRIFTS, driftName, peersOf, rangeName, SLOWNESS } from "../model/faults.js";
import { span } from "../model/format.js";
import { stateOf } from "../model/network.js";
import { bytes } from "../model/words.js";
import { choose, linkWays, linkWaysStyle } from "../parts/link-ways.js";
import { fate } from "../stage/flights.js";
import type { Selection } from "../stage/scene.js";
import { controls } from "../style/controls.js";
import { Panel } from "./panel.js";

/** How a leader keeps a follower up to date. */
const SENDING = { replicating: "entries", probing: "probe", installing: "snapshot" } as const;

/** How long a crash in mid-write waits for a write. */
const MOST_STEPS = 600;

/** Whether one direction of a link is not as the run began. */
const unlike = (frame: Frame, from: NodeId, to: NodeId) =>
  stateOf(frame, from, to) !== "open" || frame.qualities.some((link) => link.from === from && link.to === to);

@customElement("sb-inspector")
export class Inspector extends Panel {
  static override styles = [
    controls,
    linkWaysStyle,
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
      td,
      th {
        padding: 2px 8px 2px 0;
      }
      .state {
        margin: 0 0 6px;
        font: 12px/1.5 var(--mono);
      }
      .state th:first-child {
        font: inherit;
        width: 104px;
      }
      .state thead th {
        font-size: 11px;
      }
      .behind {
        color: var(--hold);
      }
      .note {
        font-size: 12.5px;
        color: var(--hold);
        margin: 4px 0 10px;
        text-wrap: pretty;
      }
      .knobs {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(120px, 1fr));
        gap: 8px;
        margin-top: 8px;
      }
      .knobs label {
        display: grid;
        gap: 3px;
        font-size: 12px;
        color: var(--soft);
      }
      .knobs select {
        min-height: 30px;
        padding: 2px 6px;
      }
      select.changed {
        border-color: var(--hold);
      }
      .peers {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin: 8px 0;
      }
      .peers button {
        min-height: 26px;
        padding: 1px 9px;
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
        .knobs select,
        .peers button {
          min-height: 44px;
        }
      }
    `,
  ];

  @property({ attribute: false }) selected: Selection = null;
  @property({ type: Boolean }) playing = false;
  /** Whose link with the selected node is looked at. */
  @state() private peer: NodeId | null = null;

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
      html`${
        node.server
          ? this.#server(node, node.server)
          : html`<dl aria-label="State of ${node.name}">${node.client ? this.#client(node) : nothing}${node.worker ? this.#worker(node) : nothing}${this.#disk(node)}${this.#common(node)}</dl>
            ${node.durable ? this.#behindItsWord(node, node.durable.lastIndex) : nothing}`
      }
        ${this.#deeds(node)}
        ${this.#links(node)}
        ${this.#messages(node)}`,
    );
  }

  /** What a fact is now and, while stepping, what it was before the last step. */
  #fact<T>(old: T | null | undefined, now: T, read: (one: T) => string) {
    const is = read(now);
    const was = old && !this.playing ? read(old) : is;
    return html`${is}${was === is ? nothing : html` <span class="was">was ${was}</span>`}`;
  }

  /** Figure 2: what must survive a crash, in memory and on disk beside each other; then what need not. */
  #server(node: Node, server: Server) {
    const { view } = this;
    const { frame } = view;
    const old = view.before?.find((one) => one.id === node.id)?.server;
    const fact = (name: string, read: (server: Server) => string) =>
      html`<dt>${name}</dt><dd>${this.#fact(old, server, read)}</dd>`;
    const kept = (name: string, volatile: (server: Server) => string, durable: (disk: Durable) => string) => {
      const behind = volatile(server) !== durable(server.durable);
      return html`<tr><th scope="row">${name}</th><td>${this.#fact(old, server, volatile)}</td>
        <td class=${behind ? "behind" : ""} title=${behind ? "A crash now would lose the difference" : nothing}>${this.#fact(old, server, (one) => durable(one.durable))}</td></tr>`;
    };
    const log = (base: number, last: number, term: number | null) =>
      last === 0 ? "empty" : `${base > 0 ? `${base + 1} ` : ""}to ${last}${term === null ? "" : `, term ${term}`}`;
    const base = (index: number) => (index === 0 ? "none" : `to ${index}`);
    return html`
      <table class="state" aria-label="Persistent state of ${node.name}">
        <thead><tr><th scope="col">Figure 2</th><th scope="col">in memory</th><th scope="col">on disk</th></tr></thead>
        <tbody>
          ${kept(
            "currentTerm",
            (s) => String(s.term),
            (d) => String(d.term),
          )}
          ${kept(
            "votedFor",
            (s) => nameIn(frame, s.votedFor),
            (d) => nameIn(frame, d.votedFor),
          )}
          ${kept(
            "log[]",
            (s) => log(s.base, s.lastIndex, s.lastTerm),
            (d) => log(d.base, d.lastIndex, d.lastIndex === server.lastIndex ? server.lastTerm : null),
          )}
          ${
            server.base > 0 || server.durable.base > 0 || view.config.maxRaftState
              ? kept(
                  "snapshot",
                  (s) => base(s.base),
                  (d) => base(d.base),
                )
              : nothing
          }
        </tbody>
      </table>
      ${this.#behindItsWord(node, server.lastIndex)}
      ${server.progress.length > 0 ? this.#progress(node, server) : nothing}
      <dl aria-label="State of ${node.name}">
      ${fact("commitIndex", (s) => String(s.commitIndex))}
      ${fact("leader known", (s) => nameIn(frame, s.leaderHint))}
      ${fact("lastApplied", (s) => String(s.lastApplied))}
      ${server.role === "candidate" ? fact("votes", (s) => `${s.votes.filter((one) => one.vote === "granted").length} granted`) : fact("waiting", (s) => (s.waiting.length === 0 ? "nobody" : s.waiting.map((one) => `${nameIn(frame, one.client)} #${one.number}`).join(", ")))}
      ${server.base > 0 ? fact("snapshot", (s) => `${bytes(s.snapshotBytes)}, of term ${s.baseTerm}`) : nothing}
      ${server.receiving === null ? nothing : fact("receiving", (s) => `${bytes(s.receiving ?? 0)} so far`)}
      ${this.#common(node)}</dl>`;
  }

  /** A disk that lost what its server had acknowledged: Raft has no cure for that, and the reader is told. */
  #behindItsWord(node: Node, lastIndex: number) {
    const { frame } = this.view;
    const known = nodeOf(frame, frame.leader)?.server?.progress.find((one) => one.peer === node.id);
    if (!known || known.matchIndex <= lastIndex) return nothing;
    return html`<p class="note">${node.name} acknowledged entries up to ${known.matchIndex} and lost them with its disk. The leader counts on its word
      and sends only what comes after, so ${node.name} stays behind until the next leader asks anew. Raft assumes that a disk keeps what was written (§5.2, Figure 2).</p>`;
  }

  /** All that is left of a crashed server. */
  #disk(node: Node) {
    if (node.server || !node.durable) return nothing;
    const { term, votedFor, lastIndex } = node.durable;
    return html`
      <dt>on disk</dt><dd>term ${term}, vote ${nameIn(this.view.frame, votedFor)}, log to ${lastIndex}</dd>
      <dt>in memory</dt><dd>nothing: it crashed</dd>`;
  }

  /** An operation that a client waits for leads to its way. */
  #followed(client: number, life: number, { number, text }: { number: number; text: string }) {
    const detail = { client, life, number };
    return html`<button class="link" title="Follow its way" @click=${() => this.dispatchEvent(new CustomEvent("sb-follow", { detail, bubbles: true, composed: true }))}>#${number} ${text}</button>`;
  }

  #client(node: Node) {
    const client = node.client;
    if (!client) return nothing;
    const { frame } = this.view;
    return html`
      <dt>session</dt><dd>${client.session}</dd>
      <dt>next number</dt><dd>${client.next}</dd>
      <dt>pending</dt><dd>${client.pending ? this.#followed(node.id, client.life, client.pending) : "nothing"}</dd>
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
    const { now, config } = this.view;
    return html`
      ${node.timers.map((timer) => html`<dt>${timer.name} timer</dt><dd>${node.status === "up" ? `${span(Math.max(0, timer.firesAt - now))} left` : "stopped"}</dd>`)}
      ${node.writes.map((write) => html`<dt>writing</dt><dd>${write.what}${write.doneAt === null ? ", stalled" : `, ${span(Math.max(0, write.doneAt - now))} left`}</dd>`)}
      ${node.slow > 0 ? html`<dt>slowed by</dt><dd>${span(node.slow)}</dd>` : nothing}
      ${node.drift === 0 ? nothing : html`<dt>clock</dt><dd>${driftName(node.drift)}</dd>`}
      ${String(node.disk) === String(config.diskLatency) ? nothing : html`<dt>disk write</dt><dd>${rangeName(node.disk)}</dd>`}
      ${node.incarnation > 1 ? html`<dt>restarts</dt><dd>${node.incarnation - 1}</dd>` : nothing}`;
  }

  #deeds(node: Node) {
    const { frame, config } = this.view;
    const { id, name } = node;
    const can = toggles(frame, id);
    const down = node.status === "down";
    const { stalled } = node;
    const usualDisk = String(node.disk) === String(config.diskLatency);
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
              <button ?disabled=${down} title="Go on until its next write is under way, then crash it: what is not on disk is lost, and a large file torn" @click=${() => this.#crashWriting(node)}>Crash in mid-write</button>`
        }
      </div>
      <div class="knobs" role="group" aria-label="Pace of ${name}">
        ${
          node.kind === "client"
            ? nothing
            : html`<label>Disk write${choose(`Disk of ${name}`, DISKS, usualDisk ? null : node.disk, rangeName(node.disk), !usualDisk, (value) => this.#act({ do: "disk", node: id, latency: [...(value ?? config.diskLatency)] }))}</label>`
        }
        <label>Thinks for${choose(`Handling delay of ${name}`, SLOWNESS, node.slow, span(node.slow), node.slow > 0, (by) => this.#act({ do: "slow", node: id, by }))}</label>
        <label>Clock${choose(`Clock of ${name}`, DRIFTS, node.drift, driftName(node.drift), node.drift !== 0, (ppm) => this.#act({ do: "drift", node: id, ppm }))}</label>
      </div>
      ${
        node.kind === "server"
          ? html`<details><summary>Wipe its disk…</summary>
            <p class="note">${name} crashes and boots without its term, its vote and its log. Raft does not survive this: it may vote twice in a term, and entries it
              acknowledged may turn out to be on no majority. A server that lost its disk ought to join as a new one.</p>
            <button class="danger" @click=${() => this.#act({ do: "wipe", node: id })}>Wipe disk of ${name}</button></details>`
          : nothing
      }`;
  }

  async #crashWriting(node: Node) {
    const done = await this.lab.actWhen(
      `Waiting for a write of ${node.name}`,
      (view) => ((nodeOf(view.frame, node.id)?.writes.length ?? 0) > 0 ? [{ do: "crash", node: node.id }] : null),
      MOST_STEPS,
    );
    if (!done)
      this.lab.say(
        `${node.name} wrote nothing in the next ${MOST_STEPS} steps. Give it something to save: put a key, or run a job.`,
      );
  }

  #progress(node: Node, server: Server) {
    const { frame } = this.view;
    const before = this.view.before?.find((one) => one.id === node.id)?.server?.progress;
    const row = (name: string, read: (one: (typeof server.progress)[number]) => number) =>
      html`<tr><th scope="row">${name}</th>${server.progress.map(
        (one) =>
          html`<td>${this.#fact(
            before?.find((was) => was.peer === one.peer),
            one,
            (p) => String(read(p)),
          )}</td>`,
      )}</tr>`;
    return html`<table class="state" aria-label="Progress of followers">
      <thead><tr><th scope="col">leader</th>${server.progress.map((one) => html`<th scope="col">${nameIn(frame, one.peer)}</th>`)}</tr></thead>
      <tbody>${row("nextIndex[]", (one) => one.nextIndex)}${row("matchIndex[]", (one) => one.matchIndex)}
        <tr><th scope="row">sending</th>${server.progress.map((one) => html`<td class="soft">${SENDING[one.sending]}</td>`)}</tr></tbody></table>`;
  }

  #links(node: Node) {
    const { frame, config } = this.view;
    const peers = peersOf(frame, node);
    const unusual = peers.filter((peer) => unlike(frame, node.id, peer.id) || unlike(frame, peer.id, node.id));
    const chosen = peers.find((peer) => peer.id === this.peer) ?? unusual[0] ?? peers[0];
    if (!chosen) return nothing;
    return html`<details><summary>Links, each direction on its own${unusual.length > 0 ? html`: <span class="hold">${unusual.length} changed</span>` : nothing}</summary>
      <div class="peers" role="group" aria-label="Link of ${node.name} with">
        ${peers.map(
          (peer) =>
            html`<button aria-pressed=${peer === chosen} title="The link between ${node.name} and ${peer.name}" class=${unusual.includes(peer) ? "hold" : ""} @click=${() => {
              this.peer = peer.id;
            }}>${peer.name}</button>`,
        )}
      </div>
      ${linkWays(frame, config, { a: node.id, b: chosen.id }, (action) => this.#act(action))}</details>`;
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
    const does = (name: string, title: string, value: Extract<Action, { do: "flight" }>["fate"]) =>
      html`<button title=${title} @click=${() => this.#act({ do: "flight", flight: flight.id, fate: value })}>${name}</button>`;
    return this.#frame(
      `Message from ${nameIn(frame, flight.from)} to ${nameIn(frame, flight.to)}`,
      html`<dl><dt>kind</dt><dd>${flight.kind}</dd><dt>term</dt><dd>${flight.term ?? "–"}</dd><dt>says</dt><dd>${flight.text}</dd><dt>fate</dt><dd>${fate(flight, now)}</dd></dl>
        <div class="row do" role="group" aria-label="Do to this message">
          ${does("Drop", "Lose it", "drop")}${does("Duplicate", "It arrives twice", "duplicate")}${does("Corrupt", "Its checksum will not match, so it is lost", "corrupt")}
          ${does("Deliver now", "It arrives at once", "deliver")}${flight.arrivesAt === null ? does("Release", "Let it go on", "release") : does("Hold", "Keep it until released", "hold")}
          ${does("Delay 100 ms", "It arrives that much later", { delay: 100_000 })}
        </div>`,
    );
  }
}
