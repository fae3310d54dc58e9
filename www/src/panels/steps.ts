// Steps as sentences, newest first; filtered by kind; "why?" walks up the causes.

import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { ToldStep } from "splitbrain";
import { count } from "../model/format.js";
import { controls } from "../style/controls.js";
import { Panel } from "./panel.js";
import { stepRow, stepStyle } from "./step-row.js";

const KINDS: readonly { kind: ToldStep["kind"]; name: string }[] = [
  { kind: "election", name: "Elections" },
  { kind: "replication", name: "Replication" },
  { kind: "client", name: "Clients" },
  { kind: "mapreduce", name: "MapReduce" },
  { kind: "disk", name: "Disks" },
  { kind: "fault", name: "Faults" },
  { kind: "quiet", name: "Routine" },
];

/** More rows than a person reads; the filter reaches the rest. */
const SHOWN = 120;

@customElement("sb-steps")
export class Steps extends Panel {
  static override styles = [
    controls,
    stepStyle,
    css`
      :host {
        display: block;
      }
      .filters {
        display: flex;
        flex-wrap: wrap;
        gap: 6px;
      }
      .filters button {
        min-height: 28px;
        padding: 2px 10px;
        font-size: 12px;
        border-radius: 20px;
      }
      @media (max-width: 760px) {
        .filters button {
          min-height: 44px;
        }
      }
      .why {
        background: var(--sunk);
      }
      .why h2 {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: 10px;
      }
      .why li + li {
        border-top: 1px solid var(--line);
      }
    `,
  ];

  @state() private unlisted = new Set<ToldStep["kind"]>(["quiet"]);
  @state() private causes: readonly ToldStep[] | null = null;

  /** Shows why a step happened: the step, its cause, that one's cause, and so on. */
  async askWhy(step: number): Promise<void> {
    this.causes = await this.lab.why(step).catch(() => null);
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>(".why")?.scrollIntoView({ block: "nearest" });
  }

  override render() {
    const { steps, frame } = this.view;
    const told = steps.filter((step) => !this.unlisted.has(step.kind));
    const shown = told.slice(-SHOWN).reverse();
    const options = {
      why: (step: ToldStep) => void this.askWhy(step.number),
      go: (step: ToldStep) => this.#go(step),
      detail: true,
    };
    return html`
      ${this.causes ? this.#why(this.causes) : nothing}
      <section>
        <h2>Steps, newest first</h2>
        <div class="filters" role="group" aria-label="Kinds of step">
          ${KINDS.map(
            ({ kind, name }) =>
              html`<button aria-pressed=${!this.unlisted.has(kind)} title="Show or hide ${name.toLowerCase()}" @click=${() => this.#toggle(kind)}>${name}</button>`,
          )}
        </div>
      </section>
      <section>
        ${
          shown.length === 0
            ? html`<div class="empty"><p>${steps.length === 0 ? "No step yet. Press Play or Step." : `None of the last ${count(steps.length, "step")} is of these kinds. Show routine steps too, or drag the timeline back.`}</p></div>`
            : html`<ol class="steps" reversed aria-label="Steps">${shown.map((step) => stepRow(step, { ...options, now: step.number === frame.moment.step }))}</ol>`
        }
        ${told.length > SHOWN ? html`<p class="soft">${count(told.length - SHOWN, "earlier step")} not shown. Drag the timeline back to read them.</p>` : nothing}
      </section>`;
  }

  #why(causes: readonly ToldStep[]) {
    return html`<section class="why" aria-label="Why">
      <h2><span>Why? Each line was caused by the one below it.</span><button aria-label="Close why" title="Close" @click=${() => {
        this.causes = null;
      }}>✕</button></h2>
      ${
        causes.length === 0
          ? html`<p class="soft">That step is too far back to tell. Seek nearer to it and ask again.</p>`
          : html`<ol class="steps" aria-label="Causes">${causes.map((step) => stepRow(step, { go: (one) => this.#go(one), detail: true }))}</ol>`
      }</section>`;
  }

  #toggle(kind: ToldStep["kind"]) {
    const hidden = new Set(this.unlisted);
    if (!hidden.delete(kind)) hidden.add(kind);
    this.unlisted = hidden;
  }

  #go(step: ToldStep) {
    this.lab.pause();
    void this.lab.seek(step.at, step.number);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "sb-steps": Steps;
  }
}
