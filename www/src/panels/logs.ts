// The logs, aligned by index: one row a server. Committed entries are solid, the rest dashed; what differs is hatched.

import { css, html, nothing, svg } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Entry, LogRow } from "splitbrain";
import { nameIn, nodeOf } from "../engine/view.js";
import { cut } from "../model/format.js";
import { divergent, latest, shorthand, WINDOW } from "../model/log-window.js";
import { hue } from "../model/palette.js";
import type { Lit, Meant } from "../model/way.js";
import { Resized } from "../parts/resized.js";
import { controls, hues } from "../style/controls.js";
import { Panel } from "./panel.js";
import { stepRow, stepStyle } from "./step-row.js";

const LABEL = 54;
const ROW = 40;
const CELL = 26;
const TOP = 24;

interface Cursor {
  readonly row: number;
  readonly index: number;
}

@customElement("sb-logs")
export class Logs extends Panel {
  static override styles = [
    controls,
    hues,
    stepStyle,
    css`
      :host {
        display: block;
      }
      .top {
        display: flex;
        align-items: center;
        gap: 6px;
        margin-bottom: 4px;
      }
      .top h2 {
        flex: 1;
        margin: 0;
      }
      .top button {
        min-height: 28px;
        padding: 2px 9px;
        font-size: 12px;
      }
      @media (max-width: 760px) {
        .top button {
          min-height: 44px;
        }
      }
      svg {
        display: block;
        width: 100%;
      }
      .keys {
        border-radius: 6px;
      }
      text {
        font-family: inherit;
        fill: var(--ink);
      }
      .head {
        font-size: 11px;
        fill: var(--soft);
        text-anchor: middle;
      }
      .server {
        font-size: 13px;
        font-weight: 600;
      }
      .saved {
        font: 9.5px var(--mono);
        fill: var(--soft);
      }
      .behind {
        fill: var(--hold);
      }
      .writing {
        stroke: var(--hold);
        stroke-width: 2;
        stroke-linecap: round;
      }
      .track {
        stroke: var(--line);
        stroke-width: 2;
        stroke-linecap: round;
      }
      .base rect {
        fill: var(--sunk);
        stroke: var(--faint);
        stroke-width: 1.2;
      }
      .base text {
        font-size: 10.5px;
        text-anchor: middle;
        fill: var(--soft);
      }
      .entry rect {
        fill: var(--fill);
        stroke: var(--edge);
        stroke-width: 1.5;
      }
      .entry text {
        font: 11px var(--mono);
        text-anchor: middle;
        fill: var(--on);
      }
      .entry.open rect {
        fill-opacity: 0.14;
        stroke-dasharray: 4 3;
      }
      .entry.open text {
        fill: var(--ink);
      }
      .entry.asked {
        cursor: pointer;
      }
      .entry .ring {
        fill: none;
        fill-opacity: 1;
        stroke: var(--accent);
        stroke-width: 2.5;
        stroke-dasharray: none;
      }
      .differs {
        fill: url(#hatch);
        pointer-events: none;
      }
      .hatch {
        stroke: var(--ink);
        stroke-width: 1.6;
        stroke-opacity: 0.55;
      }
      .applied {
        stroke: var(--ink);
        stroke-width: 2;
        stroke-linecap: round;
      }
      .match {
        fill: var(--soft);
      }
      .next {
        fill: var(--card);
        stroke: var(--soft);
        stroke-width: 1.3;
      }
      .missing {
        fill: none;
        stroke: var(--faint);
        stroke-dasharray: 2 4;
      }
      .commit {
        stroke: var(--ink);
        stroke-width: 1.6;
      }
      .note {
        font-size: 10.5px;
        fill: var(--soft);
      }
      .unsaved {
        fill: var(--card);
        stroke: var(--ink);
        stroke-width: 1.2;
      }
      .down {
        opacity: 0.55;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 16px;
        font-size: 11.5px;
        color: var(--soft);
        margin: 8px 0 0;
        padding: 0;
        list-style: none;
      }
      .legend svg {
        display: inline-block;
        width: 14px;
        height: 12px;
        vertical-align: -1px;
        margin-right: 5px;
      }
      .legend .entry {
        --fill: var(--soft);
        --edge: var(--soft);
      }
    `,
  ];

  /** What lights up with the operation that somebody looks at. */
  @property({ attribute: false }) lit: Lit | null = null;
  /** The entry that the keys stand on. */
  @state() private cursor: Cursor | null = null;
  @state() private width = 480;

  constructor() {
    super();
    new Resized(this, (width) => {
      this.width = Math.max(200, width - 36);
    });
  }

  override render() {
    const { logs, steps } = this.view;
    const told = steps
      .filter((step) => step.kind !== "quiet")
      .slice(-8)
      .reverse();
    return html`
      <section>
        <div class="top">
          <h2>Logs, aligned by index</h2>
          <button aria-label="Earlier entries" title="Earlier entries" ?disabled=${logs.from <= 1} @click=${() => this.#scroll(-6)}>◂</button>
          <button aria-label="Later entries" title="Later entries" ?disabled=${this.lab.logsFrom === "latest"} @click=${() => this.#scroll(6)}>▸</button>
          <button title="Follow the end of the logs" aria-pressed=${this.lab.logsFrom === "latest"} @click=${() => this.lab.showLogs("latest")}>Latest</button>
        </div>
        ${logs.longest === 0 ? this.#empty() : this.#table()}
      </section>
      <section>
        <h2>What just happened</h2>
        ${
          told.length === 0
            ? html`<p class="soft">Nothing new but heartbeats. Press Play, or Step for one step at a time.</p>`
            : html`<ol class="steps" aria-label="What just happened">${told.map((step) =>
                stepRow(step, {
                  go: (one) => {
                    this.lab.pause();
                    void this.lab.seek(one.at, one.number);
                  },
                }),
              )}</ol>`
        }
      </section>`;
  }

  #empty() {
    return html`<div class="empty"><p>Every log is empty: no client has asked for anything yet.</p>
      <p><button class="link" @click=${() => this.dispatchEvent(new CustomEvent("sb-tab", { detail: "kv", bubbles: true, composed: true }))}>Put a key</button>
      and watch its entry reach one log, then a majority, then be committed.</p></div>`;
  }

  #scroll(by: number) {
    const { longest } = this.view.logs;
    const from = Math.max(1, this.view.logs.from + by);
    this.lab.showLogs(from >= latest(longest) ? "latest" : from);
  }

  #table() {
    const { logs, frame } = this.view;
    const columns = Math.max(4, Math.min(WINDOW, Math.floor((this.width - LABEL) / 39)));
    // One column more than there are entries: nextIndex points there.
    const first = this.lab.logsFrom === "latest" ? Math.max(logs.from, latest(logs.longest + 1, columns)) : logs.from;
    const pitch = Math.min(48, (this.width - LABEL) / columns);
    const height = TOP + logs.rows.length * ROW + 10;
    const differing = divergent(logs.rows);
    const leader = nodeOf(frame, frame.leader);
    const commit = leader?.server?.commitIndex ?? Math.max(0, ...logs.rows.map((row) => row.commitIndex));
    const x = (index: number) => LABEL + (index - first) * pitch;
    const line = commit >= first && commit < first + columns ? x(commit + 1) - 1.5 : null;
    return html`
      <div class="keys" role="application" tabindex="0" aria-label="Entries: arrow keys go from one to the next, Enter follows its operation" @keydown=${this.#key} @blur=${() => {
        this.cursor = null;
      }}>
      <svg viewBox="0 0 ${this.width} ${height + 8}" height=${height + 8} role="img" aria-label=${this.#described(first, columns)}>
        <defs><pattern id="hatch" width="6" height="6" patternTransform="rotate(45)" patternUnits="userSpaceOnUse"><line class="hatch" x1="0" x2="0" y1="0" y2="6" /></pattern></defs>
        ${Array.from({ length: columns }, (_, i) => svg`<text class="head" x=${x(first + i) + pitch / 2 - 1.5} y="13">${first + i}</text>`)}
        ${logs.rows.map((row, i) => this.#row(row, TOP + i * ROW, { first, columns, pitch, differing, commit }))}
        ${
          line === null
            ? nothing
            : svg`<line class="commit" x1=${line} x2=${line} y1=${TOP - 4} y2=${height - 6} />
              <text class="note" x=${line > this.width - 120 ? line - 4 : line + 4} text-anchor=${line > this.width - 120 ? "end" : "start"} y=${height + 5}>committed up to ${commit}</text>`
        }
      </svg><span class="hidden-text" aria-live="polite">${this.#underCursor ?? ""}</span></div>
      <ul class="legend">
        <li><svg viewBox="0 0 14 12"><g class="entry"><rect x="1" y="1" width="12" height="10" rx="3" /></g></svg>committed</li>
        <li><svg viewBox="0 0 14 12"><g class="entry open"><rect x="1" y="1" width="12" height="10" rx="3" /></g></svg>not yet</li>
        <li><svg viewBox="0 0 14 12"><line class="applied" x1="2" x2="12" y1="6" y2="6" /></svg>applied</li>
        <li><svg viewBox="0 0 14 12"><path class="match" d="M7 2l4 7H3z" /></svg>matchIndex</li>
        <li><svg viewBox="0 0 14 12"><path class="next" d="M7 2l4 7H3z" /></svg>nextIndex</li>
        <li><svg viewBox="0 0 14 12"><circle class="unsaved" cx="7" cy="6" r="3" /></svg>not on disk yet</li>
        ${logs.rows.some((row) => row.first > 1) ? html`<li><svg viewBox="0 0 14 12"><g class="base"><rect x="1" y="1" width="12" height="10" rx="3" /></g></svg>in a snapshot</li>` : nothing}
      </ul>`;
  }

  #row(
    row: LogRow,
    y: number,
    at: { first: number; columns: number; pitch: number; differing: Set<string>; commit: number },
  ) {
    const { frame, logs } = this.view;
    const { first, columns, pitch } = at;
    const width = pitch - 3;
    const room = Math.max(2, Math.floor((width - 4) / 6.4));
    const down = nodeOf(frame, row.server)?.status === "down";
    const x = (index: number) => LABEL + (index - first) * pitch;
    const last = Math.min(row.lastIndex, first + columns - 1);
    const applied = Math.min(row.lastApplied, last);
    const missingFrom = Math.max(first, row.lastIndex + 1);
    const missingTo = Math.min(at.commit, first + columns - 1);
    const progress = nodeOf(frame, frame.leader)?.server?.progress.find((one) => one.peer === row.server);
    const shown = (index: number) => index >= first && index < first + columns;
    return svg`<g class=${down ? "down" : ""}>
      <text class="server" x="0" y=${y + 13}>${nameIn(frame, row.server)}</text>
      ${this.#onDisk(row, y)}
      ${this.#base(row, y, at)}
      ${row.entries
        .filter((entry) => shown(entry.index))
        .map((entry) => {
          const lit = this.lit?.entries.some(
            (one) => one.node === row.server && one.index === entry.index && one.term === entry.term,
          );
          const follow = entry.client === null ? nothing : () => this.#follow({ node: row.server, ...entry });
          return svg`<g class=${`entry h${hue(entry.term)} ${entry.index <= row.commitIndex ? "" : "open"} ${entry.client === null ? "" : "asked"}`} @click=${follow}>
            <title>${this.#told(entry)}</title>
            <rect x=${x(entry.index)} y=${y} width=${width} height=${CELL} rx="5" />
            ${at.differing.has(`${row.server}:${entry.index}`) ? svg`<rect class="differs" x=${x(entry.index)} y=${y} width=${width} height=${CELL} rx="5" />` : nothing}
            <text x=${x(entry.index) + width / 2} y=${y + 17}>${cut(shorthand(entry.text), room)}</text>
            ${lit || (this.cursor?.index === entry.index && logs.rows[this.cursor.row] === row) ? svg`<rect class="ring" x=${x(entry.index) - 1} y=${y - 1} width=${width + 2} height=${CELL + 2} rx="6" />` : nothing}
            ${entry.index > row.durableIndex ? svg`<circle class="unsaved" cx=${x(entry.index) + width - 3} cy=${y + 3} r="3.2" />` : nothing}
          </g>`;
        })}
      ${
        missingTo >= missingFrom
          ? svg`<rect class="missing" x=${x(missingFrom)} y=${y - 1} width=${(missingTo - missingFrom + 1) * pitch - 3} height=${CELL + 2} rx="6" />
            ${missingTo > missingFrom ? svg`<text class="note" text-anchor="middle" x=${(x(missingFrom) + x(missingTo + 1)) / 2} y=${y + 17}>missing</text>` : nothing}`
          : nothing
      }
      ${applied >= first ? svg`<line class="applied" x1=${x(first) + 1} x2=${x(applied) + width - 1} y1=${y + CELL + 4} y2=${y + CELL + 4} />` : nothing}
      ${progress && shown(progress.matchIndex) ? svg`<path class="match" d=${`M${x(progress.matchIndex) + width / 2} ${y + CELL + 2}l4 7h-8z`}><title>matchIndex ${progress.matchIndex}</title></path>` : nothing}
      ${progress && shown(progress.nextIndex) ? svg`<path class="next" d=${`M${x(progress.nextIndex) + width / 2} ${y + CELL + 2}l4 7h-8z`}><title>nextIndex ${progress.nextIndex}</title></path>` : nothing}
    </g>`;
  }

  // ── An entry leads to its operation ────────────────────────────────────────────────────────────────────────────────

  #told(entry: Entry): string {
    const { client, number } = entry;
    const asked = client === null ? "" : `, asked by ${nameIn(this.view.frame, client)} as #${number ?? "?"}`;
    return `index ${entry.index}, term ${entry.term}: ${entry.text}${asked}`;
  }

  #follow(operation: Meant) {
    this.dispatchEvent(new CustomEvent("sb-follow", { detail: operation, bubbles: true, composed: true }));
  }

  #entry(row: number, index: number): Entry | undefined {
    return this.view.logs.rows[row]?.entries.find((one) => one.index === index);
  }

  get #underCursor(): string | undefined {
    const row = this.cursor && this.view.logs.rows[this.cursor.row];
    const entry = this.cursor && this.#entry(this.cursor.row, this.cursor.index);
    return row && entry ? `${nameIn(this.view.frame, row.server)}, ${this.#told(entry)}` : undefined;
  }

  readonly #key = (event: KeyboardEvent) => {
    const { rows } = this.view.logs;
    const ways: Record<string, [row: number, index: number]> = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
    };
    const way = Object.hasOwn(ways, event.key) ? ways[event.key] : undefined;
    const { cursor } = this;
    if (event.key === "Enter" && cursor) {
      const [server, entry] = [rows[cursor.row]?.server, this.#entry(cursor.row, cursor.index)];
      if (server !== undefined && entry) this.#follow({ node: server, ...entry });
    } else if (way) this.cursor = cursor ? this.#beside(cursor, way) : this.#newest();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  /** The last entry of the longest log. */
  #newest(): Cursor | null {
    const last = Math.max(...this.view.logs.rows.map((row) => row.entries.at(-1)?.index ?? 0));
    const row = this.view.logs.rows.findIndex((one) => one.entries.at(-1)?.index === last);
    return row < 0 ? null : { row, index: last };
  }

  /** The next entry in a direction; logs without any are passed over. */
  #beside(cursor: Cursor, [down, right]: readonly [number, number]): Cursor {
    const { rows } = this.view.logs;
    let row = cursor.row + down;
    while (rows[row]?.entries.length === 0) row += down;
    const entries = rows[row]?.entries;
    const [first, last] = [entries?.[0], entries?.at(-1)];
    if (!first || !last) return cursor;
    return { row, index: Math.max(first.index, Math.min(last.index, cursor.index + right)) };
  }

  /** How far the log is on disk, and how far the write under way has come. */
  #onDisk(row: LogRow, y: number) {
    const write = nodeOf(this.view.frame, row.server)?.writes[0];
    const whole = LABEL - 10;
    const part = !write
      ? 0
      : write.doneAt === null
        ? 1
        : Math.min(1, Math.max(0, (this.view.now - write.startedAt) / Math.max(1, write.doneAt - write.startedAt)));
    return svg`<text class=${row.durableIndex < row.lastIndex ? "saved behind" : "saved"} x="0" y=${y + 24}>disk ${row.durableIndex}</text>
      ${
        write
          ? svg`<g><title>Writing ${write.what}${write.doneAt === null ? ": the disk is stalled" : ""}</title>
            <line class="track" x1="1" x2=${whole} y1=${y + 29} y2=${y + 29} />
            <line class="writing" x1="1" x2=${1 + (whole - 1) * part} y1=${y + 29} y2=${y + 29} stroke-dasharray=${write.doneAt === null ? "2 4" : nothing} /></g>`
          : nothing
      }`;
  }

  /** What a snapshot has taken the place of: entries up to the log's base, as one block. */
  #base(row: LogRow, y: number, { first, columns, pitch }: { first: number; columns: number; pitch: number }) {
    const base = row.first - 1;
    const last = Math.min(base, first + columns - 1);
    if (last < first) return nothing;
    const x = LABEL;
    const width = (last - first + 1) * pitch - 3;
    const words = width > 96 ? `snapshot to ${base}` : width > 52 ? `to ${base}` : `≤${base}`;
    return svg`<g class="base"><title>A snapshot holds what entries 1 to ${base} did; they are no longer in the log (§7)</title>
      <rect x=${x} y=${y} width=${width} height=${CELL} rx="5" />
      <text x=${x + width / 2} y=${y + 17}>${words}</text></g>`;
  }

  /** The picture in words: for each server what its log holds in the window. */
  #described(first: number, columns: number): string {
    const rows = this.view.logs.rows.map((row) => {
      const entries = row.entries
        .filter((entry) => entry.index >= first && entry.index < first + columns)
        .map((entry) => `${entry.index}: ${entry.text} (term ${entry.term})`);
      return `${nameIn(this.view.frame, row.server)}, ${row.first > 1 ? `a snapshot to ${row.first - 1} and entries to ${row.lastIndex}` : `${row.lastIndex} entries`}, committed ${row.commitIndex}, applied ${row.lastApplied}: ${entries.join(", ") || "none in view"}`;
    });
    return rows.join(". ");
  }
}
