// The rules that can be switched off, each with its place in the paper. A run with any rule off is branded everywhere.

import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import type { Rule } from "splitbrain";
import { controls } from "../style/controls.js";
import { Panel } from "./panel.js";

const PROTOCOLS: readonly { protocol: Rule["protocol"]; name: string }[] = [
  { protocol: "raft", name: "Raft" },
  { protocol: "kv", name: "Key/value service" },
  { protocol: "mapreduce", name: "MapReduce" },
];

@customElement("sb-rules")
export class Rules extends Panel {
  static override styles = [
    controls,
    css`
      :host {
        display: block;
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
      .kind {
        grid-column: 2 / 4;
        color: var(--soft);
        font-size: 12.5px;
      }
      .off b {
        color: var(--hold);
      }
    `,
  ];

  override render() {
    const { rules, frame } = this.view;
    if (rules.length === 0)
      return html`<section><div class="empty"><p>This engine has no rules to switch off.</p></div></section>`;
    return html`
      <section>
        <p class=${frame.rulesOff.length > 0 ? "hold" : "soft"} role="status">
          ${
            frame.rulesOff.length > 0
              ? `${frame.rulesOff.length} off: this run is not the real protocol, and says so wherever it goes.`
              : "All on. Switch one off, break something, and see what it was for."
          }</p>
      </section>
      ${PROTOCOLS.map(({ protocol, name }) => {
        const mine = rules.filter((rule) => rule.protocol === protocol);
        return mine.length === 0
          ? nothing
          : html`<section><h2>${name}</h2>${mine.map((rule) => this.#rule(rule))}</section>`;
      })}`;
  }

  #rule(rule: Rule) {
    return html`<label class=${rule.on ? "" : "off"}>
      <input type="checkbox" role="switch" .checked=${rule.on} aria-label=${titled(rule.name)}
        @change=${(event: Event) => void this.lab.act({ do: "rule", rule: rule.name, on: (event.target as HTMLInputElement).checked })} />
      <b>${titled(rule.name)}${rule.on ? nothing : " (off)"}</b><span class="soft">${rule.section}</span>
      <span class="kind">${rule.sentence} <span>${rule.kind === "safety" ? "Safety." : rule.kind === "liveness" ? "Liveness." : "Cost."}</span></span>
    </label>`;
  }
}

/** `vote_persisted` as a person reads it. */
function titled(name: string): string {
  const words = name.replaceAll(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
