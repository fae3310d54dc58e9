// A run that somebody sent, with programs in it: they are shown first, and none runs before a click.

import { css, html, type PropertyValues } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Lab } from "../engine/lab.js";
import { late } from "../late.js";
import { count } from "../model/format.js";
import { submissions } from "../model/saved.js";
import { marked } from "../model/unseen.js";
import { listing } from "../style/listing.js";
import { Dialog } from "./dialog.js";

/** How long the code is in view before it can be agreed to. */
const READ_FIRST_MS = 1_000;

@customElement("sb-foreign")
export class Foreign extends Dialog {
  static override styles = [
    Dialog.styles,
    listing,
    css`
      dialog {
        width: min(720px, calc(100vw - 24px));
      }
      pre {
        max-height: 340px;
        white-space: pre-wrap;
        overflow-wrap: anywhere;
      }
    `,
  ];

  protected readonly heading = "This run holds code";
  @property({ attribute: false }) run!: NonNullable<Lab["foreign"]>;
  /** Not at once, so that no click meant for what was here before agrees to this. */
  @state() private ready = false;
  @state() private editor = !!customElements.get("sb-code");

  protected override firstUpdated() {
    this.show();
    setTimeout(() => {
      this.ready = true;
    }, READ_FIRST_MS);
    if (!this.editor)
      void late("sb-code", this.lab).then((here) => {
        this.editor = here;
      });
  }

  protected body() {
    const { programs } = this.run;
    return html`<p>Whoever made this run wrote ${programs.length === 1 ? "a program" : count(programs.length, "program")} for MapReduce. It would run in a sandbox, without network, clock or access to this page. Read it first: nothing has been run yet.</p>
      ${programs.map((program, i) => this.#program(program.code, `Program${programs.length > 1 ? ` ${i + 1} of ${programs.length}` : ""}${submissions(program)}`))}
      <p class="soft">Without running it, the run opens at its beginning, and a job that needs the code fails when its time comes.</p>
      <div class="end">
        <button title="Stay with the run that is open (Escape)" @click=${() => this.close()}>Do not open it</button>
        <button ?disabled=${!this.ready} title="The run from its beginning, with nothing that could run code" @click=${() => this.#open("refuse")}>Open without running</button>
        <button class="primary" ?disabled=${!this.ready} title="The run at the moment it was saved at, with its code run on the way" @click=${() => this.#open("run")}>Run this code</button>
      </div>`;
  }

  #program(code: string, label: string) {
    return html`<div><h3>${label}</h3>${
      this.editor
        ? html`<sb-code readonly .label=${label} .code=${code}></sb-code>`
        : html`<pre tabindex="0" aria-label=${label}>${marked(code)}</pre>`
    }</div>`;
  }

  #open(how: "run" | "refuse") {
    const { json } = this.run;
    this.close();
    void this.lab.openScript(json, how).catch(() => {});
  }

  protected override updated(changed: PropertyValues) {
    // However it was closed, the run that waited waits no longer.
    if (changed.get("open") === true && !this.open) this.lab.dismissForeign(this.run);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "sb-foreign": Foreign;
  }
}
