// The rules that can be switched off, each with its place in the paper, by protocol and by what they keep. A run with any rule
// off is branded everywhere.

import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Rule } from "splitbrain";
import { count, inWords } from "../model/format.js";
import { controls } from "../style/controls.js";
import { Panel } from "./panel.js";

const PROTOCOLS: readonly { protocol: Rule["protocol"]; name: string }[] = [
  { protocol: "raft", name: "Raft" },
  { protocol: "kv", name: "Key/value service" },
  { protocol: "mapreduce", name: "MapReduce" },
];

/** What kind of promise a rule keeps, and so who notices when it is gone. */
const KINDS: readonly { kind: Rule["kind"]; name: string; keeps: string }[] = [
  { kind: "safety", name: "Safety", keeps: "without it something bad can happen, and a check says so" },
  { kind: "liveness", name: "Liveness", keeps: "without it something good may not happen in time" },
  { kind: "cost", name: "Cost", keeps: "without it the same costs more" },
];

@customElement("sb-rules")
export class Rules extends Panel {
  static override styles = [
    controls,
    css`
      :host {
        display: block;
      }
      .find {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
        margin-top: 10px;
      }
      .find input {
        flex: 1 1 130px;
        min-width: 0;
      }
      .find button {
        padding: 5px 9px;
      }
      label {
        display: grid;
        grid-template-columns: 30px minmax(0, 1fr) auto;
        align-items: start;
        gap: 2px 6px;
        padding: 8px 0;
        min-height: 44px;
        cursor: pointer;
      }
      label + label {
        border-top: 1px solid var(--line);
      }
      label input {
        margin-top: 2px;
      }
      b {
        font-weight: 600;
      }
      h2 {
        font-size: 14px;
        color: var(--ink);
        margin: 0;
      }
      h3 {
        font-size: 12px;
        color: var(--soft);
        margin: 12px 0 2px;
      }
      h3 span {
        font-weight: 400;
      }
      .meaning {
        grid-column: 2 / 4;
        color: var(--soft);
        font-size: 12.5px;
        text-wrap: pretty;
      }
      .off b {
        color: var(--hold);
      }
      .row {
        justify-content: space-between;
      }
      .row p {
        margin: 0;
      }
    `,
  ];

  @state() private sought = "";
  @state() private kind: Rule["kind"] | null = null;

  override render() {
    const { rules, frame } = this.view;
    if (rules.length === 0)
      return html`<section><div class="empty"><p>This engine has no rules to switch off.</p></div></section>`;
    const off = frame.rulesOff.length;
    const found = rules.filter((rule) => this.#fits(rule));
    return html`
      <section>
        <div class="row"><p class=${off > 0 ? "hold" : "soft"} role="status">
          ${
            off > 0
              ? `${off} off: this run is not the real protocol, and says so wherever it goes.`
              : "All on. Switch one off, break something, and see what it was for."
          }</p>
          ${off > 0 ? html`<button title="Back to the real protocol" @click=${this.#allOn}>Switch all on</button>` : nothing}</div>
        <div class="find" role="group" aria-label="Find a rule">
          <input type="search" aria-label="Search the rules" placeholder="Search ${rules.length} rules" .value=${this.sought} @input=${(
            event: Event,
          ) => {
            this.sought = (event.target as HTMLInputElement).value;
          }} />
          ${KINDS.map(
            ({ kind, name, keeps }) =>
              html`<button aria-pressed=${this.kind === kind} title="${name}: ${keeps}" @click=${() => {
                this.kind = this.kind === kind ? null : kind;
              }}>${name}</button>`,
          )}
        </div>
      </section>
      ${found.length === 0 ? html`<section><div class="empty"><p>No rule has that. Search for a word of its name or its sentence, or a section such as §5.4.</p></div></section>` : nothing}
      ${PROTOCOLS.map(({ protocol, name }) => {
        const mine = found.filter((rule) => rule.protocol === protocol);
        return mine.length === 0
          ? nothing
          : html`<section><h2>${name}</h2>${KINDS.map((kind) =>
              this.#group(
                kind,
                mine.filter((rule) => rule.kind === kind.kind),
              ),
            )}</section>`;
      })}`;
  }

  #fits(rule: Rule): boolean {
    const words = `${inWords(rule.name)} ${rule.name} ${rule.section} ${rule.sentence}`.toLowerCase();
    return (this.kind === null || rule.kind === this.kind) && words.includes(this.sought.trim().toLowerCase());
  }

  #group({ name, keeps }: (typeof KINDS)[number], rules: readonly Rule[]) {
    if (rules.length === 0) return nothing;
    return html`<h3 title=${keeps}>${name} <span>· ${count(rules.length, "rule")}</span></h3>${rules.map((rule) => this.#rule(rule))}`;
  }

  #rule(rule: Rule) {
    return html`<label class=${rule.on ? "" : "off"}>
      <input type="checkbox" role="switch" .checked=${rule.on} aria-label=${inWords(rule.name)}
        @change=${(event: Event) => void this.lab.act({ do: "rule", rule: rule.name, on: (event.target as HTMLInputElement).checked })} />
      <b>${inWords(rule.name)}${rule.on ? nothing : " (off)"}</b><span class="soft">${rule.section}</span>
      <span class="meaning">${rule.sentence}</span>
    </label>`;
  }

  #allOn() {
    const off = this.view.rules.filter((rule) => !rule.on);
    void this.lab.act(...off.map((rule) => ({ do: "rule" as const, rule: rule.name, on: true })));
  }
}
