// Who works: the coordinator and the workers, what each is at, how fast, and whether it runs.

import { css, html, nothing, type TemplateResult } from "lit";
import type { Node } from "splitbrain";
import type { Lab } from "../engine/lab.js";
import { nth, seatOf, shortName, type View } from "../engine/view.js";

/** In percent of the usual, and in words. */
const SPEEDS: readonly (readonly [percent: number, words: string])[] = [
  [100, "normal"],
  [50, "half"],
  [25, "a quarter"],
  [10, "a tenth"],
];

export function workersView(view: View, lab: Lab): TemplateResult {
  const nodes = view.frame.nodes.filter(({ kind }) => kind === "coordinator" || kind === "worker");
  return html`<section><h2>Workers</h2>
    <table class="workers" aria-label="Workers"><thead><tr><th scope="col">node</th><th scope="col">doing</th><th scope="col">done</th><th scope="col">speed</th><th scope="col"><span class="hidden-text">Crash or restart</span></th></tr></thead>
    <tbody>${nodes.map(
      (node) => html`<tr><th scope="row" title=${node.name}><b>${shortName(node)}</b></th>
      <td>${node.status === "down" ? html`<span class="hold">crashed</span>` : node.kind === "coordinator" ? coordinator(node) : work(node)}</td>
      <td>${node.kind === "worker" ? (node.worker?.done ?? 0) : ""}</td>
      <td>${node.kind === "worker" && node.status !== "down" ? speed(node, lab) : nothing}</td>
      <td>${crash(node, lab)}</td></tr>`,
    )}</tbody></table></section>`;
}

const coordinator = (node: Node) =>
  html`${seatOf(node)}${node.coordinator?.seat === "in-charge" ? html`<div class="soft">keeps its state in the servers' log</div>` : nothing}`;

function work(node: Node) {
  const task = node.worker?.task;
  const doing = node.worker?.doing ?? "";
  if (!task) return html`<span class="soft">${doing || "no task"}</span>`;
  return html`${task.phase} ${task.number + 1}${nth(task.attempt) > 1 ? ", again" : ""}${doing ? html`<div class="soft">${doing}</div>` : nothing}`;
}

function speed(node: Node, lab: Lab) {
  const now = node.worker?.speed ?? 100;
  const offered = SPEEDS.some(([percent]) => percent === now) ? SPEEDS : [...SPEEDS, [now, `${now}%`] as const];
  return html`<select aria-label="Speed of ${node.name}" title="How fast ${node.name} computes: a slow one is what backup tasks are for (§3.6)" class=${now === 100 ? nothing : "changed"}
    @change=${(event: Event) => void lab.act({ do: "speed", node: node.id, percent: Number((event.target as HTMLSelectElement).value) })}>
    ${offered.map(([percent, words]) => html`<option value=${percent} .selected=${percent === now}>${words}</option>`)}</select>`;
}

function crash(node: Node, lab: Lab) {
  const down = node.status === "down";
  return html`<button aria-label="${down ? "Restart" : "Crash"} ${node.name}" title="${down ? `${node.name} starts again with what its disk holds` : `${node.name} stops at once and forgets what is not on its disk`}"
    @click=${() => void lab.act({ do: down ? "restart" : "crash", node: node.id })}>${down ? "Restart" : "Crash"}</button>`;
}

export const workersLook = css`
  .workers td,
  .workers th {
    vertical-align: middle;
  }
  .workers tbody th {
    color: var(--ink);
  }
  .workers td:last-child {
    text-align: right;
    padding-right: 0;
  }
  .workers td:nth-child(2) {
    width: 46%;
  }
  .workers .soft {
    font-size: 11.5px;
    line-height: 1.3;
  }
  .workers .changed {
    border-color: var(--hold);
  }
`;
