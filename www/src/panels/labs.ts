// Labs: the course's own tests of labs 1 to 3, run here, with what each took beside the handout's figures. Any of them opens as a run.

import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Figures, LabOutcome, LabTest } from "splitbrain/labs";
import { labs } from "../engine/labs.js";
import { count, inWords } from "../model/format.js";
import { bytes } from "../model/words.js";
import { controls } from "../style/controls.js";
import { Panel } from "./panel.js";

const PARTS: Readonly<Record<string, string>> = {
  "1": "MapReduce",
  "2A": "Leader election",
  "2B": "The log",
  "2C": "Persistence",
  "2D": "Log compaction",
  "3A": "Key/value service",
  "3B": "Key/value service with snapshots",
};

/** What the tester of a lab counts, if not commits. */
const COUNTED: Readonly<Record<string, string>> = { "1": "tasks", "3": "ops" };

@customElement("sb-labs")
export class LabsPanel extends Panel {
  static override styles = [
    controls,
    css`
      :host {
        display: block;
      }
      .bar {
        display: flex;
        flex-wrap: wrap;
        gap: 8px;
        align-items: end;
      }
      .bar label {
        display: grid;
        gap: 3px;
        font-size: 12px;
        color: var(--soft);
      }
      .bar [role="status"] {
        align-self: center;
        padding-top: 16px;
      }
      h2 button {
        font-weight: 400;
      }
      label.row {
        margin-top: 10px;
        font-size: 12.5px;
      }
      .bar input {
        width: 110px;
      }
      .going {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 6px 10px;
        align-items: center;
        margin-top: 12px;
      }
      .going progress {
        grid-column: 1 / 3;
      }
      h2 {
        display: flex;
        align-items: center;
        gap: 8px;
        font-size: 14px;
        color: var(--ink);
        margin: 0 0 4px;
      }
      h2 span {
        font-weight: 400;
        color: var(--soft);
        flex: 1;
        font-size: 13px;
      }
      table {
        font-variant-numeric: tabular-nums;
      }
      td,
      th {
        vertical-align: middle;
        padding: 5px 6px 5px 0;
      }
      tbody tr + tr > * {
        border-top: 1px solid var(--line);
      }
      tbody th {
        color: var(--ink);
        text-wrap: pretty;
      }
      .figure {
        text-align: right;
        white-space: nowrap;
      }
      .figure span {
        display: block;
        color: var(--soft);
        font-size: 11px;
      }
      .sign {
        width: 20px;
        font-weight: 700;
      }
      td button {
        min-height: 26px;
        padding: 1px 8px;
        font-size: 12px;
      }
      .why {
        color: var(--broken);
        font-size: 12px;
        font-weight: 400;
        display: block;
      }
      .why.unlucky {
        color: var(--hold);
      }
      @media (max-width: 760px) {
        td button {
          min-height: 44px;
        }
        /* A test's name above its figures: beside them there is no room. */
        tr {
          display: grid;
          grid-template-columns: 20px repeat(4, minmax(0, 1fr)) 56px;
          align-items: center;
        }
        tbody tr + tr {
          border-top: 1px solid var(--line);
        }
        tbody tr + tr > * {
          border-top: 0;
        }
        thead th:nth-child(2) {
          display: none;
        }
        tbody th {
          grid-area: 1 / 2 / 2 / 6;
        }
        tbody .sign {
          grid-area: 1 / 1;
        }
        tbody .figure {
          grid-row: 2;
        }
        tbody .figure:nth-child(3) {
          grid-column: 2;
        }
        tbody .figure:nth-child(4) {
          grid-column: 3;
        }
        tbody .figure:nth-child(5) {
          grid-column: 4;
        }
        tbody .figure:nth-child(6) {
          grid-column: 5;
        }
        tbody td:last-child {
          grid-area: 1 / 6 / 3 / 7;
        }
      }
    `,
  ];

  @state() private seed = 1;
  /** Whether tests run with the rules off that are off in the run shown. */
  @state() private broken = false;

  override connectedCallback() {
    super.connectedCallback();
    labs.changed = () => this.requestUpdate();
    void labs.list();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    labs.changed = () => {};
  }

  override render() {
    const { tests, running, problem, outcomes } = labs;
    if (problem)
      return html`<section><div class="empty"><p role="alert">${problem}</p><p><button title="Fetch the tests again" @click=${this.#again}>Try again</button></p></div></section>`;
    if (tests.length === 0) return html`<section><p class="soft" role="status">Fetching the tests…</p></section>`;
    const suites = [...new Set(tests.map((test) => test.suite))];
    const passed = tests.filter((test) => outcomes.get(test.name)?.report.verdict.kind === "passed").length;
    return html`<section>
        <h2>The course's tests of labs 1 to 3</h2>
        <p class="soft">${count(tests.length, "test")} under the names that the course prints, in virtual time, with every check of this page after every step. Under each figure stands the handout's.</p>
        <div class="bar">
          <label>Seed<input type="number" min="0" max=${Number.MAX_SAFE_INTEGER} step="1" required aria-label="Seed of the tests" .value=${String(this.seed)}
            @change=${(event: Event) => this.#setSeed(event.target as HTMLInputElement)} /></label>
          <button class="primary" ?disabled=${running !== null} title="Run every test on this seed" @click=${() => this.#run(tests)}>Run all</button>
          ${outcomes.size > 0 && !running ? html`<span role="status" class=${passed === outcomes.size ? "good" : "broken"}>${passed} of ${outcomes.size} passed</span>` : nothing}
        </div>
        ${this.#without()}
        ${
          running
            ? html`<div class="going" role="group" aria-label="Running the tests"><span>${short(running.name)}</span><button title="Stop here; what has run keeps its result" @click=${() => labs.cancel()}>Cancel</button>
              <progress max=${running.of} .value=${running.done} aria-label="Tests run"></progress></div>`
            : nothing
        }
      </section>
      ${suites.map((suite) =>
        this.#suite(
          suite,
          tests.filter((test) => test.suite === suite),
        ),
      )}`;
  }

  /** The tests can be tried on a protocol that lacks what this run lacks, to see which of them notice. */
  #without() {
    const off = this.view.frame.rulesOff;
    if (off.length === 0) return nothing;
    return html`<label class="row"><input type="checkbox" .checked=${this.broken} ?disabled=${labs.running !== null} @change=${(
      event: Event,
    ) => {
      this.broken = (event.target as HTMLInputElement).checked;
      labs.outcomes.clear();
    }} /><span class="hold">without ${off.map((rule) => inWords(rule).toLowerCase()).join(", ")}, as in the run shown</span></label>`;
  }

  #suite(suite: string, tests: readonly LabTest[]) {
    return html`<section>
      <h2>${suite} <span>${PARTS[suite] ?? ""}</span><button ?disabled=${labs.running !== null} title="Run the tests of ${suite} on this seed" @click=${() => this.#run(tests)}>Run ${suite}</button></h2>
      <table aria-label="Tests of ${suite}">
        <thead><tr><th><span class="hidden-text">Verdict</span></th><th scope="col">test</th><th scope="col" class="figure">seconds</th><th scope="col" class="figure">RPCs</th><th scope="col" class="figure">bytes</th><th scope="col" class="figure">${COUNTED[suite.charAt(0)] ?? "commits"}</th><th><span class="hidden-text">Run or open</span></th></tr></thead>
        <tbody>${tests.map((test) => this.#test(test))}</tbody>
      </table></section>`;
  }

  #test(test: LabTest) {
    const outcome = labs.outcomes.get(test.name);
    const figures = outcome?.report.figures;
    const figure = (read: (one: Figures) => string | null) => {
      const printed = test.handout && read(test.handout);
      return html`<td class="figure">${figures ? read(figures) : html`<span>–</span>`}${printed === null ? nothing : html`<span title="The handout's">${printed}</span>`}</td>`;
    };
    return html`<tr>
      <td class="sign">${outcome ? sign(outcome) : nothing}</td>
      <th scope="row">${short(test.name)}${outcome ? why(outcome) : nothing}</th>
      ${figure((one) => (one.took / 1e6).toFixed(1))}${figure((one) => String(one.rpcs))}${figure((one) => (one.bytes === null ? null : bytes(one.bytes)))}${figure((one) => String(one.commits))}
      <td>${
        outcome
          ? html`<button title="Open this run at its moment of interest" @click=${() => void this.#open(outcome)}>Open<span class="hidden-text"> ${short(test.name)}</span></button>`
          : html`<button ?disabled=${labs.running !== null} title="Run this test on this seed" @click=${() => this.#run([test])}>Run<span class="hidden-text"> ${short(test.name)}</span></button>`
      }</td></tr>`;
  }

  #setSeed(field: HTMLInputElement) {
    if (!field.reportValidity()) return;
    this.seed = Number(field.value);
    labs.outcomes.clear();
  }

  #again() {
    labs.problem = null;
    void labs.list();
    this.requestUpdate();
  }

  #run(tests: readonly LabTest[]) {
    for (const test of tests) labs.outcomes.delete(test.name);
    void labs.run(tests, this.seed, this.broken ? this.view.frame.rulesOff : []);
  }

  async #open({ report, script }: LabOutcome) {
    await this.lab.openScript(script).catch(() => {});
    if (this.lab.notice === null)
      this.lab.say(
        `${short(report.name)}, seed ${report.seed}, at its moment of interest. It is a run like any other: play on, or go back to its beginning.`,
      );
  }
}

/** `Test (2A): initial election`, or `Test: one client (3A)`, without what the heading says. */
const short = (name: string) => name.replace(/^Test(?: \(\w+\))?: /, "").replace(/ \(\d[A-D]\)$/, "");

function sign({ report }: LabOutcome) {
  switch (report.verdict.kind) {
    case "passed":
      return html`<span class="good" role="img" aria-label="passed">✓</span>`;
    case "unlucky":
      return html`<span class="hold" role="img" aria-label="unlucky">~</span>`;
    case "failed":
      return html`<span class="broken" role="img" aria-label="failed">✕</span>`;
  }
}

function why({ report: { verdict } }: LabOutcome) {
  if (verdict.kind === "passed") return nothing;
  return html`<span class="why ${verdict.kind}">${verdict.failure.why}${verdict.kind === "unlucky" ? " A correct Raft may fail so too: another election during an agreement that may not be retried." : ""}</span>`;
}
