// What is checked after every step, and where it broke.

import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { inWords, seconds } from "../model/format.js";
import { controls } from "../style/controls.js";
import { Panel } from "./panel.js";

@customElement("sb-checks")
export class Checks extends Panel {
  static override styles = [
    controls,
    css`
      :host {
        display: block;
      }
      ul {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      li {
        display: grid;
        grid-template-columns: 22px minmax(0, 1fr);
        padding: 9px 0;
      }
      li + li {
        border-top: 1px solid var(--line);
      }
      .sign {
        color: var(--good);
        font-weight: 700;
      }
      .bad .sign,
      .bad h3 {
        color: var(--broken);
      }
      h3 {
        margin: 0;
      }
      p {
        margin: 2px 0 0;
        color: var(--soft);
      }
      .bad .where {
        color: var(--ink);
        margin: 6px 0;
      }
    `,
  ];

  override render() {
    const { checks } = this.view;
    if (checks.length === 0)
      return html`<section><div class="empty"><p>Checks start with the first step. Press Play.</p></div></section>`;
    return html`<section>
      <h2>Checked after every step, from outside the protocol</h2>
      <ul aria-label="Properties">
        ${checks.map(
          (check) => html`<li class=${check.holds ? "" : "bad"}>
            <span class="sign" aria-hidden="true">${check.holds ? "✓" : "✕"}</span>
            <div>
              <h3>${inWords(check.name)} <span class="hidden-text">${check.holds ? "holds" : "is broken"}</span></h3>
              <p>${check.sentence}</p>
              ${
                check.violation
                  ? html`<p class="where">${seconds(check.violation.at)}, ${check.violation.where}: ${check.violation.why}</p>
                    <button @click=${() => this.#go(check.violation?.at ?? 0, check.violation?.step)}>Go to where it broke</button>`
                  : nothing
              }
            </div></li>`,
        )}
      </ul>
      <p>To see a check earn its keep, switch off its rule under
        <button class="link" title="Open the rules (6)" @click=${() => this.dispatchEvent(new CustomEvent("sb-tab", { detail: "rules", bubbles: true, composed: true }))}>Rules</button> and break something.</p>
    </section>`;
  }

  #go(at: number, step: number | undefined) {
    this.lab.pause();
    void this.lab.seek(at, step);
  }
}
