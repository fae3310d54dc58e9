// What to run, on which text, and how.

import { html, LitElement, nothing, type PropertyValues } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Job, JobInput } from "splitbrain";
import type { ScriptProblem } from "splitbrain/jobs";
import type { Code } from "../editor/code.js";
import type { Lab } from "../engine/lab.js";
import { late } from "../late.js";
import { type AppName, application, GROUPS, isOver } from "../model/jobs.js";
import { controls } from "../style/controls.js";
import { appOf, type Draft, draft } from "./draft.js";
import { EXAMPLES } from "./examples.js";
import { formLook } from "./form-look.js";
import { inputsOf, ownText, TEXTS } from "./text.js";

@customElement("sb-job-form")
export class JobForm extends LitElement {
  static override styles = [controls, formLook];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) job: Job | null = null;
  /** Whether a job that was submitted waits for its number. */
  @property({ type: Boolean }) claiming = false;
  @state() private over = false;
  @state() private preparing = false;
  @state() private wrong = "";
  /** What the last check of the program found. */
  @state() private found: { readonly code: string; readonly problem: ScriptProblem } | null = null;
  @state() private editor: "none" | "coming" | "here" | "missing" = customElements.get("sb-code") ? "here" : "none";
  @query("sb-code") private code!: Code | null;

  /** Puts a program into the editor, and the caret where it is wrong. */
  async edit(code: string): Promise<void> {
    if (draft.code !== code || draft.app !== "script") this.#set({ app: "script", code });
    await this.#fetchEditor();
    await this.updateComplete;
    await this.code?.updateComplete;
    (this.code ?? this.renderRoot.querySelector<HTMLElement>("textarea"))?.focus();
  }

  /** Submits a job and lets it run. */
  async submit(job: JobInput): Promise<void> {
    const submitted = await this.lab.submit(job).then(
      () => true,
      () => false,
    );
    if (!submitted) return;
    draft.last = job;
    this.lab.play();
    this.dispatchEvent(new Event("submitted"));
  }

  protected override willUpdate(_changed: PropertyValues) {
    if (draft.app === "script") void this.#fetchEditor();
  }

  /** What is wrong with the program in the editor, as far as that has been found out. */
  get #problem(): ScriptProblem | null {
    if (this.found?.code === draft.code) return this.found.problem;
    const { job } = this;
    return job?.failure && job.code === draft.code ? job.failure : null;
  }

  override render() {
    const { job } = this;
    const running = this.claiming || !isOver(job);
    const { about } = application(draft.app);
    return html`<h2>${job ? "Another job" : "A job: map and reduce as messages on the same faulty network"}</h2>
      <form @submit=${this.#run}>
        <div class="fields">
          <label>Application<select aria-label="Application" aria-describedby="about" title="What map and reduce do" @change=${(event: Event) => this.#set({ app: (event.target as HTMLSelectElement).value as AppName })}>
            ${GROUPS.map(({ name, apps }) => html`<optgroup label=${name}>${apps.map((app) => html`<option value=${app.name} ?selected=${draft.app === app.name}>${app.label}</option>`)}</optgroup>`)}</select></label>
          <label>Text<select aria-label="Text" title="What it runs on; each file is one map task" @change=${(event: Event) => this.#set({ text: (event.target as HTMLSelectElement).value as Draft["text"] })}>
            ${TEXTS.map(({ name, label }) => html`<option value=${name} ?selected=${draft.text === name}>${label}</option>`)}</select></label>
          <label>Reduce tasks<input type="number" aria-label="Reduce tasks" title="How many reduce tasks, and so output files, there are: 1 to 100" min="1" max="100" required .value=${String(draft.reduceTasks)} @change=${this.#setReduces} /></label>
        </div>
        <p class="soft about" id="about">${about}</p>
        ${draft.app === "grep" ? this.#pattern() : nothing}
        ${draft.app === "script" ? this.#program() : nothing}
        ${
          draft.text === "own"
            ? ownText(
                draft,
                this.over,
                (change, over = this.over) => {
                  this.over = over;
                  this.#set(change);
                },
                (wrong) => {
                  this.wrong = wrong;
                },
              )
            : nothing
        }
        ${this.#options()}
        <p class="hold" role="alert" ?hidden=${this.wrong === ""}>${this.wrong}</p>
        <div class="row">
          <button class="primary" ?disabled=${this.preparing || running} title=${running ? "One job at a time: let this one finish" : "Submit the job to the coordinator"}>${this.preparing ? "Getting ready…" : "Run"}</button>
          <span class="soft">Then crash a worker half-way.</span>
        </div>
      </form>`;
  }

  #pattern() {
    return html`<label class="wide">Pattern<input aria-label="Pattern" title="What to look for in each line" required autocomplete="off" autocapitalize="off" spellcheck="false" .value=${draft.pattern}
      @input=${(event: Event) => this.#set({ pattern: (event.target as HTMLInputElement).value })} /></label>`;
  }

  #options() {
    return html`<div class="options">
      <label title="What map is called with: each file as a whole, or each of its lines">Records<select aria-label="Records" @change=${(event: Event) => this.#set({ records: (event.target as HTMLSelectElement).value as Draft["records"] })}>
        <option value="whole" ?selected=${draft.records === "whole"}>whole files</option><option value="lines" ?selected=${draft.records === "lines"}>lines</option></select></label>
      <label title="Adds up what one map task emitted for a key before it travels, where the application can: less to carry, the same answer (§4.3)"><input type="checkbox" aria-label="Combiner" .checked=${draft.combine} @change=${(event: Event) => this.#set({ combine: (event.target as HTMLInputElement).checked })} />Combiner</label>
      <label title="Leaves out a record at which the program failed more than once, instead of failing the job (§4.6)"><input type="checkbox" aria-label="Skip bad records" .checked=${draft.skipBadRecords} @change=${(event: Event) => this.#set({ skipBadRecords: (event.target as HTMLInputElement).checked })} />Skip bad records</label>
    </div>`;
  }

  // ── A program of one's own ─────────────────────────────────────────────────────────────────────────────────────

  #program() {
    const problem = this.#problem;
    return html`<div class="program">
      <label class="wide">Begin with<select aria-label="Example" title="Puts an example in the place of what is written; Ctrl Z brings that back" @change=${this.#begin}>
        <option value="" ?selected=${!EXAMPLES.some(({ code }) => code === draft.code)}>what is written below</option>
        ${EXAMPLES.map(({ name, code }, i) => html`<option value=${i} ?selected=${code === draft.code}>${name}</option>`)}</select></label>
      ${this.#editor(problem)}
      <p class="soft hint">Define <code>map(key, value, emit)</code> and <code>reduce(key, values)</code>; <code>combine</code>, <code>partition(key, n)</code> and <code>count(name)</code> if you like. <kbd class="shown">Ctrl Enter</kbd> (<kbd class="shown">⌘ Enter</kbd>) runs it. Tab indents: press Escape, then Tab, to leave the editor.</p>
      ${problem ? html`<p class="hold problem" role=${this.found ? "alert" : nothing}>${place(problem)}${problem.message}</p>` : nothing}
    </div>`;
  }

  #editor(problem: ScriptProblem | null) {
    if (this.editor === "here")
      return html`<sb-code label="Program" .code=${draft.code} .problem=${problem} @edit=${(event: CustomEvent<string>) => this.#set({ code: event.detail })}
        @run=${() => this.renderRoot.querySelector("form")?.requestSubmit()}></sb-code>`;
    if (this.editor !== "missing") return html`<p class="soft coming" role="status">Fetching the editor…</p>`;
    // Without the editor a program can still be written.
    return html`<textarea class="mono" aria-label="Program" spellcheck="false" .value=${draft.code} @input=${(event: Event) => this.#set({ code: (event.target as HTMLTextAreaElement).value })}
      @keydown=${(event: KeyboardEvent) => event.stopPropagation()}></textarea>`;
  }

  async #fetchEditor() {
    if (this.editor !== "none") return;
    this.editor = "coming";
    this.editor = (await late("sb-code", this.lab)) ? "here" : "missing";
  }

  #begin(event: Event) {
    const example = EXAMPLES[Number((event.target as HTMLSelectElement).value || -1)];
    if (example) this.#set({ code: example.code });
  }

  // ── Doing ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #set(change: Partial<Draft>) {
    Object.assign(draft, change);
    this.wrong = "";
    this.requestUpdate();
  }

  #setReduces(event: Event) {
    const wanted = Math.round(Number((event.target as HTMLInputElement).value)) || 1;
    this.#set({ reduceTasks: Math.min(100, Math.max(1, wanted)) });
  }

  async #run(event: Event) {
    event.preventDefault();
    if (this.preparing || this.claiming || !isOver(this.job)) return;
    this.wrong = "";
    this.found = null;
    this.preparing = true;
    try {
      if (draft.app === "script" && !(await this.#isProgram())) return;
      const { reduceTasks, records, combine, skipBadRecords } = draft;
      const inputs = await inputsOf(draft);
      await this.submit({ app: appOf(draft), reduceTasks, records, combine, skipBadRecords, inputs });
    } catch (error) {
      this.wrong = error instanceof Error ? error.message : String(error);
    } finally {
      this.preparing = false;
    }
  }

  /** What is no program is told before anything is submitted. */
  async #isProgram(): Promise<boolean> {
    const { code } = draft;
    const checked = await this.lab.checkScript(code).then(
      (problem) => ({ problem }),
      // The lab has said what went wrong.
      () => null,
    );
    if (checked?.problem) this.found = { code, problem: checked.problem };
    return checked !== null && checked.problem === null;
  }
}

/** `line 3, column 7: `, as far as it is known. */
export function place({ line, column }: { line: number | null; column: number | null }): string {
  if (line === null) return "";
  return column === null ? `line ${line}: ` : `line ${line}, column ${column}: `;
}

declare global {
  interface HTMLElementTagNameMap {
    "sb-job-form": JobForm;
  }
}
