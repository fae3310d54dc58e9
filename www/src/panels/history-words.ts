// A history in words: the verdict, one operation, and all of them as a table.

import { html, nothing, type TemplateResult } from "lit";
import type { HistoryOperation, JudgedHistory } from "splitbrain/labs";
import { count } from "../model/format.js";
import type { Standings } from "../model/history.js";

type Named = (process: number) => string;

/** The verdict in a sentence or two. */
export function linearized(judged: JudgedHistory, operations: readonly HistoryOperation[], name: Named) {
  const decided = judged.keys.filter((key) => key.verdict !== "undecided").length;
  switch (judged.verdict) {
    case "yes":
      return html`<p class="verdict"><span class="good" aria-hidden="true">✓</span> Linearizable.</p>
        <p class="said">Done one after the other in the order drawn, each between its call and its answer, these operations give these very answers.</p>`;
    case "undecided":
      return html`<p class="verdict">Not decided.</p><p class="said">${count(judged.steps, "step")} of the search did not suffice${judged.keys.length > 1 ? `: ${decided} of ${judged.keys.length} keys have an answer` : ""}. Nothing is known to be wrong.</p>`;
    case "no": {
      const failed = judged.keys.find((key) => key.verdict === "no");
      const blamed = failed && operations[failed.blamed ?? -1];
      if (!failed || !blamed) return nothing;
      const others = failed.unplaced.length - 1;
      return html`<p class="verdict broken">✕ Not linearizable.</p>
        <p class="said">Nothing explains <b class="mono">${blamed.text}</b> of ${who(blamed, name)}. All that was answered before it can be explained: the longest order that does has ${count(failed.orders[0]?.length ?? 0, "operation")}, and after them ${failed.key ?? "it"} holds <span class="mono">${failed.held ?? "nil"}</span>.${others > 0 ? ` With it, ${count(others, "other operation")} cannot be placed either.` : ""}</p>`;
    }
  }
}

interface Detailed {
  readonly operations: readonly HistoryOperation[];
  readonly place: number;
  readonly judged: JudgedHistory | null;
  readonly standings: Standings;
  readonly name: Named;
  readonly when: (at: number) => string;
  /** How a stretch of time is told; null where time has no unit. */
  readonly length: ((time: number) => string) | null;
  readonly go: (at: number, step: number) => void;
}

/** One operation. */
export function detailsOf({ operations, place, judged, standings, name, when, length, go }: Detailed) {
  const operation = operations[place];
  if (!operation) return nothing;
  const { origin, called, returned } = operation;
  const took = length && returned !== null ? `, after ${length(returned - called)}` : "";
  const at = (time: number, step: number | null | undefined, what: string): TemplateResult =>
    step === null || step === undefined
      ? html`${when(time)}`
      : html`<button class="link" title="Go to its ${what}" @click=${() => go(time, step)}>${when(time)}</button>`;
  return html`<h3 class="mono">${operation.text}</h3>
    <p>${who(operation, name, true)}${operation.line === null ? "" : `, line ${operation.line} of the text`}: called at ${at(called, origin?.calledStep, "call")}, ${
      returned === null
        ? "and nobody learned what came of it. It may have taken effect at any time since, or never."
        : html`answered at ${at(returned, origin?.returnedStep, "answer")}${took}.`
    } ${stands(operation, place, judged, standings)}</p>`;
}

function stands(operation: HistoryOperation, place: number, judged: JudgedHistory | null, standings: Standings) {
  if (!judged) return "";
  const key = judged.keys.find((one) => one.key === operation.key);
  const of = key?.orders[0]?.length ?? 0;
  const whose = operation.key === null ? "" : ` of ${operation.key}`;
  switch (standings.standings[place]) {
    case "placed":
      return `Number ${standings.numbers[place]} of ${of} in the ${key?.verdict === "no" ? "longest partial order" : "order"}${whose}.`;
    case "blamed":
      return html`<span class="broken">✕ No order explains this answer.</span>`;
    case "unplaced":
      return html`<span class="broken">✕ It cannot be placed before the one that nothing explains.</span>`;
    default:
      if (key?.verdict === "yes") return "Whether it took effect makes no difference to anybody.";
      return key?.verdict === "no" ? "It comes after what nothing explains." : "Its key is not decided.";
  }
}

const ROWS = 25;

interface Tabled {
  readonly operations: readonly HistoryOperation[];
  readonly standings: Standings;
  readonly page: number;
  readonly chosen: number | null;
  readonly name: Named;
  readonly when: (at: number) => string;
  readonly turn: (page: number) => void;
  readonly choose: (place: number) => void;
}

/** All operations in the order of their calls, some at a time. */
export function tableOf({ operations, standings, page, chosen, name, when, turn, choose }: Tabled) {
  const last = Math.max(0, Math.ceil(operations.length / ROWS) - 1);
  const first = page * ROWS;
  return html`<div class="scroll"><table aria-label="Operations of the history">
      <thead><tr><th scope="col">who</th><th scope="col">operation</th><th scope="col">called</th><th scope="col">answered</th><th scope="col">in order</th></tr></thead>
      <tbody>${operations.slice(first, first + ROWS).map((operation, i) => {
        const place = first + i;
        const standing = standings.standings[place];
        const bad = standing === "blamed" || standing === "unplaced";
        return html`<tr aria-current=${place === chosen ? "true" : nothing}><td>${name(operation.process)}</td>
          <td class="mono"><button class="link" title="Show it above" @click=${() => choose(place)}>${operation.text}</button></td>
          <td>${when(operation.called)}</td><td>${operation.returned === null ? "never" : when(operation.returned)}</td>
          <td class=${bad ? "broken" : ""}>${bad ? "✕ nowhere" : (standings.numbers[place] ?? "–")}</td></tr>`;
      })}</tbody></table></div>
    ${
      last > 0
        ? html`<div class="row"><button title="Earlier operations" ?disabled=${page === 0} @click=${() => turn(page - 1)}>Earlier</button>
          <span class="soft">${first + 1} to ${Math.min(operations.length, first + ROWS)} of ${operations.length.toLocaleString("en")}</span>
          <button title="Later operations" ?disabled=${page >= last} @click=${() => turn(page + 1)}>Later</button></div>`
        : nothing
    }`;
}

/** `C1`, or `process 1` where processes have no names. */
function who({ process }: HistoryOperation, name: Named, first = false): string {
  const called = name(process);
  if (called !== String(process)) return called;
  return `${first ? "Process" : "process"} ${called}`;
}
