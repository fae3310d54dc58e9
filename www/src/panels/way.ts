// An operation's way, drawn as its stages: each station is a button that goes to its step, and lights up its node while it is
// pointed at or has the focus.

import { css, html, nothing, type TemplateResult } from "lit";
import type { Way } from "splitbrain";
import type { Lab } from "../engine/lab.js";
import { nameIn, type View } from "../engine/view.js";
import { seconds, span } from "../model/format.js";
import { type Lit, litBy, stagesOf } from "../model/way.js";

export const wayStyle = css`
  .way {
    display: grid;
    grid-template-columns: max-content minmax(0, 1fr);
    gap: 4px 12px;
    margin: 0;
    font: inherit;
    max-height: none;
    overflow: visible;
  }
  .way dt {
    color: var(--soft);
    font-size: 12px;
    padding-top: 3px;
  }
  .way dd {
    margin: 0;
    display: flex;
    flex-wrap: wrap;
    gap: 4px;
    overflow: visible;
    white-space: normal;
  }
  .way dd button {
    min-height: 24px;
    padding: 1px 8px;
    font-size: 12px;
    gap: 5px;
  }
  .way dd .soft {
    font-size: 12px;
    padding-top: 3px;
  }
  .way .now {
    border-color: var(--accent);
  }
  @media (max-width: 760px) {
    .way dd button {
      min-height: 44px;
    }
    .way dt,
    .way dd > .soft {
      padding-top: 13px;
    }
  }
`;

/** The way of an operation; stations light up what they are about, and leave the operation itself lit when left. */
export function drawWay(way: Way, lab: Lab, view: View): TemplateResult {
  const name = (node: number) => nameIn(view.frame, node);
  const all = litBy(way);
  const go = (at: number, step: number) => {
    lab.pause();
    void lab.seek(at, step);
  };
  return html`<dl class="way" aria-label="The way of ${way.text}">${stagesOf(way, name).map(
    (stage) =>
      html`<dt>${stage.name}</dt><dd>${
        stage.stops.length === 0
          ? html`<span class="soft">${stage.empty || "–"}</span>`
          : stage.stops.map((stop) => {
              const mine: Lit = {
                nodes: [stop.node],
                entries: all.entries.filter((one) => one.node === stop.node),
              };
              const later = stop.at - way.called.at;
              const light = (event: Event) => say(event, mine);
              const dim = (event: Event) => say(event, all);
              return html`<button class=${stop.step === view.frame.moment.step ? "now" : ""} title="${stop.said}, at ${seconds(stop.at)}: go there"
              @click=${() => go(stop.at, stop.step)} @pointerenter=${light} @pointerleave=${dim} @focus=${light} @blur=${dim}>${name(stop.node)}${
                stop.note === "" ? nothing : html`<span class="mono">${stop.note}</span>`
              }<span class="soft">${stage.name === "called" ? seconds(stop.at) : later === 0 ? "at once" : `+${span(later)}`}</span></button>`;
            })
      }${stage.name === "returned" && way.returned ? html`<span class="soft">with <span class="mono">${way.returned.reply === "" ? "(empty)" : way.returned.reply}</span></span>` : nothing}</dd>`,
  )}</dl>`;
}

/** Tells the page what to light up; null for nothing. */
export function say(event: Event, lit: Lit | null): void {
  event.currentTarget?.dispatchEvent(new CustomEvent("sb-lit", { detail: lit, bubbles: true, composed: true }));
}
