// The frame of every dialog: native <dialog>, a heading, a close button, Escape.

import { type CSSResultGroup, css, html, LitElement, type TemplateResult } from "lit";
import { property, query, state } from "lit/decorators.js";
import type { Lab } from "../engine/lab.js";
import type { View } from "../engine/view.js";
import { controls } from "../style/controls.js";

export abstract class Dialog extends LitElement {
  static override styles: CSSResultGroup = [
    controls,
    css`
      dialog {
        width: min(560px, calc(100vw - 24px));
        max-height: calc(100dvh - 32px);
        padding: 0;
        color: var(--ink);
        background: var(--card);
        border: 1px solid var(--line);
        border-radius: 14px;
        box-shadow: 0 18px 60px rgb(0 0 0 / 0.28);
        overflow: auto;
      }
      dialog::backdrop {
        background: rgb(0 0 0 / 0.35);
      }
      .top {
        display: flex;
        align-items: center;
        justify-content: space-between;
        padding: 16px 20px 0;
      }
      .top h2 {
        font-size: 17px;
        letter-spacing: -0.01em;
        color: var(--ink);
        margin: 0;
      }
      .inside {
        padding: 12px 20px 20px;
        display: grid;
        gap: 14px;
      }
      .inside p {
        margin: 0;
      }
      .fields {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(150px, 1fr));
        gap: 12px;
      }
      .fields label {
        display: grid;
        gap: 4px;
        font-size: 12px;
        color: var(--soft);
      }
      .fields input,
      .fields select {
        width: 100%;
        min-width: 0;
      }
      .fields .pair {
        display: grid;
        grid-template-columns: 1fr 1fr;
        gap: 6px;
      }
      form {
        display: grid;
        gap: 14px;
      }
      .wide {
        display: grid;
        gap: 4px;
        font-size: 12px;
        color: var(--soft);
      }
      .end {
        display: flex;
        justify-content: flex-end;
        flex-wrap: wrap;
        gap: 8px;
      }
    `,
  ];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) view: View | null = null;
  @state() protected open = false;
  @query("dialog") private dialog!: HTMLDialogElement | null;

  protected abstract readonly heading: string;
  protected abstract body(): TemplateResult;

  show(): void {
    this.open = true;
    void this.updateComplete.then(() => {
      if (!this.dialog?.open) this.dialog?.showModal();
    });
  }

  close(): void {
    this.dialog?.close();
  }

  override render() {
    // Keys belong to the dialog while it is open, not to the cluster behind it.
    return html`<dialog aria-label=${this.heading} @close=${() => {
      this.open = false;
    }} @keydown=${(event: KeyboardEvent) => event.stopPropagation()}>
      ${
        this.open
          ? html`<div class="top"><h2>${this.heading}</h2><button aria-label="Close" title="Close (Escape)" @click=${() => this.close()}>✕</button></div>
            <div class="inside">${this.body()}</div>`
          : ""
      }
    </dialog>`;
  }
}
