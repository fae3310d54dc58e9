// History: what clients saw, as bars over time, and whether one copy of the object explains it. The run's own, or anybody's.

import { css, html, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Way } from "splitbrain";
import type { HistoryModel, JudgedKey } from "splitbrain/labs";
import { type Form, histories, LONGEST } from "../engine/histories.js";
import { nameIn } from "../engine/view.js";
import { count, cut, seconds, span, trim } from "../model/format.js";
import { type Standings, standingsOf } from "../model/history.js";
import type { Theme } from "../model/palette.js";
import { HEALTHY, STALE } from "../model/samples.js";
import { isMeant, litBy } from "../model/way.js";
import { bytes } from "../model/words.js";
import { controls } from "../style/controls.js";
import "./history-chart.js";
import type { HistoryChart } from "./history-chart.js";
import { detailsOf, linearized, tableOf } from "./history-words.js";
import { Panel } from "./panel.js";
import { drawWay, wayStyle } from "./way.js";

/** How many operations of the run have their ways here. */
const FOLLOWED = 256;

/** In the history of a run the client's number is in these low digits of its process, and above them how often it has come back. */
const LIVES = 65_536;

const MODELS: readonly { id: HistoryModel; name: string }[] = [
  { id: "register", name: "register" },
  { id: "kv", name: "key/value store" },
  { id: "queue", name: "queue" },
];

const FILES: Readonly<Record<Form, { name: string; file: string; title: string }>> = {
  porcupine: {
    name: "Porcupine",
    file: "history.json",
    title: "With its linearizations, as the data that Porcupine's page draws",
  },
  edn: { name: "EDN", file: "history.edn", title: "As Jepsen's EDN" },
  lines: { name: "JSON lines", file: "history.jsonl", title: "As a line of JSON for each operation" },
};

@customElement("sb-history")
export class HistoryPanel extends Panel {
  static override styles = [
    controls,
    wayStyle,
    css`
      :host {
        display: block;
      }
      .drop {
        border: 1px dashed var(--line);
        border-radius: 10px;
        padding: 10px 12px;
        margin-top: 10px;
      }
      .drop.over {
        border-color: var(--accent);
        background: var(--sunk);
      }
      .drop p {
        font-size: 12px;
        color: var(--soft);
        margin: 8px 0 0;
      }
      summary {
        cursor: pointer;
        font-size: 13px;
        margin-top: 8px;
      }
      textarea {
        width: 100%;
        min-height: 110px;
        font-family: var(--mono);
        font-size: 12px;
        margin: 6px 0;
      }
      .verdict {
        font-size: 15px;
        font-weight: 600;
        margin: 0 0 4px;
        text-wrap: pretty;
      }
      .said {
        text-wrap: pretty;
      }
      .going {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 6px 10px;
        align-items: center;
      }
      .going progress {
        grid-column: 1 / 3;
      }
      .wrong {
        color: var(--hold);
        overflow-wrap: anywhere;
      }
      .over-chart {
        justify-content: space-between;
        margin-bottom: 8px;
      }
      .chosen h3 {
        overflow-wrap: anywhere;
      }
      .chosen p:last-child {
        margin: 0;
      }
      .scroll {
        overflow-x: auto;
      }
      td.mono {
        overflow-wrap: anywhere;
      }
      tr[aria-current] > :first-child {
        box-shadow:
          -6px 0 0 var(--card),
          -8px 0 0 var(--accent);
      }
      .number {
        text-align: right;
        padding-right: 10px;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 2px 14px;
        margin: 10px 0 0;
        padding: 0;
        list-style: none;
        font-size: 12px;
        color: var(--soft);
      }
      .legend i {
        display: inline-block;
        width: 20px;
        height: 11px;
        border: 1.2px solid var(--soft);
        border-radius: 3px;
        background: var(--card);
        vertical-align: -1px;
        margin-right: 5px;
      }
      .legend .writes {
        background: var(--line);
      }
      .legend .endless {
        border-style: dashed;
        border-right: 0;
      }
      .legend .bad {
        background: var(--broken);
        border-color: var(--broken);
      }
      .legend .effect {
        border: 0;
        border-radius: 0;
        height: 2px;
        background: var(--accent);
        vertical-align: 3px;
      }
    `,
  ];

  @property() theme: Theme = "light";
  @state() private model: HistoryModel = "register";
  @state() private chosen: number | null = null;
  /** The key whose order is drawn; null for all. */
  @state() private key: number | null = null;
  @state() private page = 0;
  @state() private over = false;
  @state() private wrong = "";
  @query("sb-history-chart") private chart!: HistoryChart | null;
  @query("textarea") private pasted!: HTMLTextAreaElement | null;

  /** What the picture was last made of. */
  #drawn: { operations: unknown; judged: unknown; standings: Standings } | null = null;

  /** The operation that is lit on the stage. */
  #lit: Way | undefined;

  override connectedCallback() {
    super.connectedCallback();
    histories.changed = () => this.requestUpdate();
  }

  override disconnectedCallback() {
    super.disconnectedCallback();
    histories.changed = () => {};
    this.lab.operations = 0;
  }

  protected override updated() {
    const way = this.#chosenWay;
    if (way === this.#lit) return;
    this.#lit = way;
    this.dispatchEvent(new CustomEvent("sb-lit", { detail: way ? litBy(way) : null, bubbles: true, composed: true }));
  }

  protected override firstUpdated() {
    if (histories.source === null && this.#hasOperations) void this.#openRun();
  }

  protected override willUpdate(_: PropertyValues) {
    if (this.#ofRun && this.lab.operations === 0) {
      this.lab.operations = FOLLOWED;
      void this.lab.refresh();
    }
    const { operations, judged } = histories;
    if (this.#drawn?.operations === operations && this.#drawn.judged === judged) return;
    if (this.#drawn?.operations !== operations) {
      this.chosen = null;
      this.page = 0;
    }
    this.#drawn = { operations, judged, standings: standingsOf(operations, judged) };
    const keys = judged?.keys ?? [];
    const failed = keys.findIndex((one) => one.verdict === "no");
    this.key = failed >= 0 ? failed : keys.length === 1 ? 0 : null;
  }

  get #hasOperations(): boolean {
    return this.view.frame.nodes.some((node) => node.client && (node.client.next > 1 || node.client.life > 1));
  }

  get #ofRun(): boolean {
    return histories.source?.kind === "run";
  }

  /** Each life of a run's client is a process: `C1`, and `C1'2` in its second. */
  readonly #name = (process: number) => {
    if (!this.#ofRun) return String(process);
    const life = Math.floor(process / LIVES) + 1;
    return `${nameIn(this.view.frame, process % LIVES)}${life > 1 ? `'${life}` : ""}`;
  };

  readonly #tick = (at: number) => (this.#ofRun ? `${trim(at / 1e6, 4)} s` : String(at));

  override render() {
    return html`${this.#choice()}${this.#verdict()}${histories.operations.length > 0 ? this.#picture() : nothing}`;
  }

  // ── Where it comes from ────────────────────────────────────────────────────────────────────────────────────────

  #choice() {
    const { source } = histories;
    const name = source?.kind === "text" ? source.name : null;
    const sample = (text: string, label: string, title: string) =>
      html`<button aria-pressed=${name === label} title=${title} @click=${() => this.#openText(label, text, "register")}>${label}</button>`;
    return html`<section>
      <h2>Could one copy of it, one client at a time, have answered this?</h2>
      <div class="row" role="group" aria-label="History">
        <button aria-pressed=${source?.kind === "run"} ?disabled=${!this.#hasOperations} title=${
          this.#hasOperations
            ? "What this run's own clients saw, up to this moment"
            : "No client of this run has asked for anything yet"
        } @click=${() => void this.#openRun()}>This run</button>
        ${sample(HEALTHY, "A healthy register", "A small history that is linearizable")}
        ${sample(STALE, "A stale read", "A small history that is not")}
      </div>
      <div class=${this.over ? "drop over" : "drop"} @dragover=${this.#dragover} @dragleave=${() => {
        this.over = false;
      }} @drop=${this.#dropped}>
        <div class="row">
          <button title="A file of yours; it stays in this tab" @click=${() => this.renderRoot.querySelector<HTMLInputElement>("#file")?.click()}>Open a file</button>
          <input id="file" type="file" hidden aria-label="File of a history" @change=${this.#picked} />
          <label class="row">of a <select aria-label="Model" title="What the history is one of" @change=${this.#remodel}>${MODELS.map(
            ({ id, name }) => html`<option value=${id} ?selected=${id === this.model}>${name}</option>`,
          )}</select></label>
          <span class="soft">${name !== null && name !== "A healthy register" && name !== "A stale read" ? cut(name, 40) : "or drop one here"}</span>
        </div>
        <details><summary>Paste one</summary>
          <textarea aria-label="History as text" placeholder='{:process 0, :type :invoke, :f :write, :value 1}' spellcheck="false"></textarea>
          <button title="Judge what is pasted" @click=${this.#paste}>Judge it</button></details>
        <p>Jepsen's EDN or a line of JSON for each operation, up to 64 MiB and 1,000,000 operations. Nothing leaves this tab.</p>
      </div>
      ${this.wrong === "" ? nothing : html`<p class="wrong" role="alert">${this.wrong}</p>`}
    </section>`;
  }

  async #openRun() {
    this.wrong = "";
    const step = this.view.frame.moment.step;
    const script = await this.lab.script().catch(() => null);
    if (script !== null) await histories.open({ kind: "run", script, step, programs: this.lab.programs === "run" });
  }

  #openText(name: string, text: string, model = this.model) {
    this.wrong = "";
    this.model = model;
    void histories.open({ kind: "text", name, text, model });
  }

  #remodel(event: Event) {
    this.model = (event.target as HTMLSelectElement).value as HistoryModel;
    const { source } = histories;
    if (source?.kind === "text") this.#openText(source.name, source.text);
  }

  #paste() {
    const text = this.pasted?.value ?? "";
    if (text.trim() === "") this.wrong = "Paste a history first: Jepsen's EDN, or a line of JSON for each operation.";
    else this.#openText("what was pasted", text);
  }

  readonly #dragover = (event: DragEvent) => {
    event.preventDefault();
    this.over = true;
  };

  readonly #dropped = (event: DragEvent) => {
    event.preventDefault();
    this.over = false;
    const file = event.dataTransfer?.files[0];
    if (file) void this.#openFile(file);
  };

  readonly #picked = (event: Event) => {
    const field = event.target as HTMLInputElement;
    const file = field.files?.[0];
    if (file) void this.#openFile(file);
    // The same file again is a choice too.
    field.value = "";
  };

  async #openFile(file: File) {
    if (file.size > LONGEST) {
      this.wrong = `${file.name} is ${bytes(file.size)}; at most 64 MiB are read. Judge a part of it.`;
      return;
    }
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
      this.#openText(file.name, text);
    } catch {
      this.wrong = `${file.name} is not text in UTF-8, and histories are text.`;
    }
  }

  // ── What is said of it ─────────────────────────────────────────────────────────────────────────────────────────

  #verdict() {
    const { running, problem, source, judged, stopped } = histories;
    if (running)
      return html`<section><div class="going" role="group" aria-label="Judging the history"><span role="status">${running.words}</span>
        <button title="Stop here; the operations stay" @click=${() => histories.cancel()}>Cancel</button>
        ${running.part === null ? html`<progress aria-label="Judging the history"></progress>` : html`<progress max="1" .value=${running.part} aria-label="Judging the history"></progress>`}</div></section>`;
    if (problem)
      return html`<section><p class="wrong" role="alert">${source?.kind === "text" ? html`<b>${cut(source.name, 40)}</b>: ` : nothing}${problem}</p></section>`;
    if (!source)
      return html`<section><div class="empty"><p>No history yet. Send some operations under Key/value and look at them here, or begin with one of the two samples above: one that is linearizable, and one with a read of what was already overwritten.</p></div></section>`;
    if (stopped)
      return html`<section><p class="verdict">Stopped before there was an answer.</p><p><button title="Search again from the beginning" @click=${() => void histories.judge()}>Judge it</button></p></section>`;
    if (!judged) return nothing;
    const size = `${count(histories.operations.length, "operation")}${judged.keys.length > 1 ? ` on ${judged.keys.length} keys` : ""}, ${count(judged.steps, "step")} of the search.`;
    return html`<section role="region" aria-label="Verdict">${linearized(judged, histories.operations, this.#name)}
      <p class="soft said">${size} ${this.#later()}</p>
      ${
        judged.verdict === "undecided"
          ? html`<p><button class="primary" title="Search on" @click=${() => void histories.goOn()}>Search ten times longer</button></p>`
          : nothing
      }
      <div class="row" role="group" aria-label="Save it">${(Object.keys(FILES) as Form[]).map(
        (form) =>
          html`<button title=${FILES[form].title} @click=${() => void this.#save(form)}>${FILES[form].name}</button>`,
      )}</div></section>`;
  }

  /** Whether the run has gone on since. */
  #later() {
    const { source } = histories;
    if (source?.kind !== "run" || source.step === this.view.frame.moment.step) return nothing;
    return html`<button class="link" title="What clients have seen up to this moment" @click=${() => void this.#openRun()}>Judge this run up to now</button>`;
  }

  async #save(form: Form) {
    const text = await histories.write(form);
    if (text === null) return;
    const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
    const anchor = document.createElement("a");
    anchor.href = url;
    anchor.download = FILES[form].file;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  }

  // ── How it looks ───────────────────────────────────────────────────────────────────────────────────────────────

  #picture() {
    const { operations, judged } = histories;
    const keys = judged?.keys ?? [];
    const failed = keys.find((one) => one.verdict === "no");
    const standings = this.#drawn?.standings ?? { numbers: [], standings: [] };
    const order = this.key === null ? [] : (keys[this.key]?.orders[0] ?? []);
    const now = this.#ofRun ? this.view.now : null;
    return html`<section>
      ${
        keys.length > 1 || failed
          ? html`<div class="row over-chart">
            ${keys.length > 1 ? this.#keys(keys) : nothing}
            ${failed ? html`<button class="primary" title="To the operation that nothing explains" @click=${() => this.#jump(failed)}>Jump to the first error</button>` : nothing}</div>`
          : nothing
      }
      <sb-history-chart .operations=${operations} .standings=${standings} .order=${order} .chosen=${this.chosen} .now=${now}
        .name=${this.#name} .tick=${this.#tick} .theme=${this.theme} @choose=${(event: CustomEvent<number>) => this.#choose(event.detail)}></sb-history-chart>
      <ul class="legend">
        <li><i></i>reads</li><li><i class="writes"></i>writes</li>
        ${operations.some((one) => one.returned === null) ? html`<li><i class="endless"></i>no answer</li>` : nothing}
        ${order.length > 0 ? html`<li><i class="effect"></i>${failed ? "the longest partial order" : "the order found"}</li>` : nothing}
        ${failed ? html`<li><i class="bad"></i>✕ cannot be placed</li>` : nothing}
      </ul></section>
      ${
        this.chosen === null
          ? nothing
          : html`<section class="chosen" role="region" aria-label="Operation" aria-live="polite">${detailsOf({
              operations,
              place: this.chosen,
              judged,
              standings,
              name: this.#name,
              when: this.#ofRun ? seconds : String,
              length: this.#ofRun ? span : null,
              go: (at, step) => this.#go(at, step),
            })}${this.#way()}</section>`
      }
      <section><details><summary>As a table</summary>${tableOf({
        operations,
        standings,
        page: this.page,
        chosen: this.chosen,
        name: this.#name,
        when: this.#ofRun ? seconds : String,
        turn: (page) => {
          this.page = page;
        },
        choose: (place) => {
          this.#choose(place);
          this.chart?.show(place);
        },
      })}</details></section>`;
  }

  /** The way of the chosen operation through the cluster, if the run shown still or already knows it. */
  get #chosenWay(): Way | undefined {
    const meant = histories.operations[this.chosen ?? -1]?.origin;
    return meant ? this.view.operations.find((one) => isMeant(one, meant)) : undefined;
  }

  #way() {
    const operation = histories.operations[this.chosen ?? -1];
    const origin = operation?.origin;
    if (!origin || !this.#ofRun) return nothing;
    const way = this.#chosenWay;
    if (way) return drawWay(way, this.lab, this.view);
    const [at, step] =
      operation.returned === null || origin.returnedStep === null
        ? [operation.called, origin.calledStep]
        : [operation.returned, origin.returnedStep];
    return html`<p><button title="Its attempts, its log entry, its commit: go to where the run knows them" @click=${() => this.#go(at, step)}>Follow its way</button></p>`;
  }

  #go(at: number, step: number) {
    this.lab.pause();
    void this.lab.seek(at, step);
  }

  #keys(keys: readonly JudgedKey[]) {
    return html`<label class="row">order of <select aria-label="Key" title="Whose order is drawn as a line" @change=${(
      event: Event,
    ) => {
      const at = Number((event.target as HTMLSelectElement).value);
      this.key = at < 0 ? null : at;
    }}><option value="-1" ?selected=${this.key === null}>no key</option>${keys.map(
      (one, i) =>
        html`<option value=${i} ?selected=${i === this.key}>${cut(one.key ?? "nil", 20)} (${one.operations})</option>`,
    )}</select></label>`;
  }

  #jump(failed: JudgedKey) {
    if (failed.blamed === null) return;
    this.key = histories.judged?.keys.indexOf(failed) ?? null;
    this.#choose(failed.blamed);
    this.chart?.show(failed.blamed);
  }

  #choose(place: number) {
    this.chosen = place;
  }
}
