// Everything about one link as a table: a row for each thing that can be turned, a column for each direction.

import { css, html, nothing, type TemplateResult } from "lit";
import type { Action, Config, Frame, NodeId } from "splitbrain";
import { nameIn } from "../engine/view.js";
import { type Choice, LATENCIES, MEASURES, offered, qualityOf, rangeName, SHARES } from "../model/faults.js";
import { type Gate, type Pair, stateOf } from "../model/network.js";

export const linkWaysStyle = css`
  .ways td,
  .ways th {
    padding: 3px 8px 3px 0;
    vertical-align: middle;
  }
  .ways thead th {
    color: var(--ink);
    font-weight: 600;
    white-space: nowrap;
  }
  .ways select {
    min-height: 28px;
    padding: 1px 4px;
    font-size: 12px;
    width: 100%;
    min-width: 104px;
  }
  .ways select.changed {
    border-color: var(--hold);
  }
  @media (max-width: 760px) {
    .ways select {
      min-height: 44px;
    }
  }
`;

const GATES: readonly Choice<Gate>[] = [
  { name: "open", value: "open" },
  { name: "cut", value: "cut" },
  { name: "holds messages", value: "hold" },
];

export function linkWays(frame: Frame, config: Config, { a, b }: Pair, act: (action: Action) => void): TemplateResult {
  const ways: readonly [NodeId, NodeId][] = [
    [a, b],
    [b, a],
  ];
  const name = ([from, to]: readonly [NodeId, NodeId]) => `${nameIn(frame, from)} to ${nameIn(frame, to)}`;
  const row = (title: string, cell: (way: readonly [NodeId, NodeId]) => TemplateResult) =>
    html`<tr><th scope="row">${title}</th>${ways.map((way) => html`<td>${cell(way)}</td>`)}</tr>`;
  return html`<table class="ways">
    <thead><tr><td></td>${ways.map(([from, to]) => html`<th scope="col">${nameIn(frame, from)} → ${nameIn(frame, to)}</th>`)}</tr></thead>
    <tbody>
      ${row("link", ([from, to]) =>
        choose(
          `Link ${name([from, to])}`,
          GATES,
          stateOf(frame, from, to),
          "",
          stateOf(frame, from, to) !== "open",
          (state) => act({ do: "link", from, to, state }),
        ),
      )}
      ${row("takes", ([from, to]) => {
        const { latency } = qualityOf(frame, config, from, to);
        const usual = String(latency) === String(config.latency);
        return choose(
          `Latency ${name([from, to])}`,
          LATENCIES,
          usual ? null : latency,
          rangeName(latency),
          !usual,
          (value) => act({ do: "quality", from, to, latency: [...(value ?? config.latency)] }),
        );
      })}
      ${MEASURES.map(({ measure, name: title }) =>
        row(title, ([from, to]) => {
          const now = qualityOf(frame, config, from, to)[measure];
          const changed = now !== (config[measure] ?? 0);
          return choose(`Messages ${title}, ${name([from, to])}`, SHARES, now, `${now} in 1000`, changed, (value) =>
            act({ do: "quality", from, to, [measure]: value }),
          );
        }),
      )}
    </tbody>
  </table>`;
}

/** A choice that shows what is the case; marked when that is not as the run began. */
export function choose<T>(
  label: string,
  choices: readonly Choice<T>[],
  now: T,
  otherwise: string,
  changed: boolean,
  take: (value: T) => void,
): TemplateResult {
  const { list, at } = offered(choices, now, otherwise);
  return html`<select aria-label=${label} title=${label} class=${changed ? "changed" : nothing} @change=${(
    event: Event,
  ) => {
    const chosen = list[(event.target as HTMLSelectElement).selectedIndex];
    if (chosen) take(chosen.value);
  }}>${list.map((one, i) => html`<option .selected=${i === at}>${one.name}</option>`)}</select>`;
}
