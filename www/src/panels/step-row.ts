// One step told as a sentence; used wherever steps are listed.

import { css, html, nothing, type TemplateResult } from "lit";
import type { ToldStep } from "splitbrain";
import { seconds } from "../model/format.js";

export const stepStyle = css`
  .steps {
    list-style: none;
    margin: 0;
    padding: 0;
  }
  .steps li {
    display: grid;
    grid-template-columns: 68px minmax(0, 1fr) auto;
    gap: 2px 10px;
    padding: 5px 0;
    font-size: 13px;
    align-items: baseline;
  }
  .steps time {
    font-family: var(--mono);
    font-size: 12px;
    color: var(--soft);
  }
  .steps .said::first-letter {
    text-transform: uppercase;
  }
  .steps .said {
    overflow-wrap: anywhere;
  }
  .steps .fault .said {
    color: var(--hold);
  }
  .steps .quiet .said {
    color: var(--soft);
  }
  .steps .detail {
    grid-column: 2 / 4;
    font-size: 12px;
    color: var(--soft);
  }
  .steps .extra {
    display: inline-flex;
    gap: 10px;
    font-size: 12px;
    white-space: nowrap;
  }
  .steps .now {
    box-shadow: -8px 0 0 var(--card), -10px 0 0 var(--accent);
  }
`;

export interface StepOptions {
  readonly why?: (step: ToldStep) => void;
  readonly go?: (step: ToldStep) => void;
  readonly detail?: boolean;
  readonly now?: boolean;
}

export function stepRow(step: ToldStep, { why, go, detail = false, now = false }: StepOptions = {}): TemplateResult {
  const facts = detail ? [...step.changes, ...step.notes] : [];
  return html`<li class="${step.kind} ${now ? "now" : ""}" aria-current=${now ? "step" : nothing} data-step=${step.number}>
    ${
      go
        ? html`<button class="link" title="Go to step ${step.number}" @click=${() => go(step)}><time>${seconds(step.at)}</time></button>`
        : html`<time>${seconds(step.at)}</time>`
    }
    <span class="said">${step.text}</span>
    <span class="extra">${step.section ? html`<span class="soft">${step.section}</span>` : nothing}
      ${why ? html`<button class="link" @click=${() => why(step)}>why?<span class="hidden-text"> step ${step.number}</span></button>` : nothing}</span>
    ${facts.length > 0 ? html`<span class="detail">${facts.join(" · ")}</span>` : nothing}
  </li>`;
}
