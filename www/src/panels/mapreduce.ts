// MapReduce: choose what to run on which text, watch it, and read the answer beside a sequential run's.

import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Job, JobInput, JobOutput, Task } from "splitbrain";
import { bundledTexts } from "../engine/texts.js";
import { nameIn } from "../engine/view.js";
import { count, seconds, span } from "../model/format.js";
import { bytes } from "../model/words.js";
import { controls, hues } from "../style/controls.js";
import { outputView } from "./output.js";
import { Panel } from "./panel.js";

type Source = "moby" | "own";
type Input = JobInput["inputs"][number];

/** More than this would keep the engine reading for seconds before anything moves. */
const LARGEST_INPUT = 4_000_000;
/** How far “Run to the end” looks ahead, in virtual time. */
const PATIENCE = 600_000_000;

@customElement("sb-mapreduce")
export class MapReduce extends Panel {
  static override styles = [
    controls,
    hues,
    css`
      :host {
        display: block;
      }
      form {
        display: grid;
        gap: 12px;
      }
      .fields {
        display: grid;
        grid-template-columns: 1fr 1.4fr 0.8fr;
        gap: 10px;
      }
      .fields label {
        display: grid;
        gap: 4px;
        font-size: 12px;
        color: var(--soft);
        min-width: 0;
      }
      .fields input,
      .fields select {
        width: 100%;
      }
      textarea {
        width: 100%;
        min-height: 90px;
        resize: vertical;
      }
      .drop {
        border: 1px dashed var(--line);
        border-radius: 10px;
        padding: 10px;
        display: grid;
        gap: 8px;
      }
      .drop.over {
        border-color: var(--accent);
        background: var(--sunk);
      }
      .phase {
        display: grid;
        grid-template-columns: 60px 1fr 84px;
        align-items: center;
        gap: 10px;
        padding: 3px 0;
      }
      .phase span:last-child {
        text-align: right;
        font-size: 12px;
        color: var(--soft);
      }
      .tiles {
        display: flex;
        flex-wrap: wrap;
        gap: 3px;
        margin: 10px 0 4px;
      }
      .tiles i {
        width: 12px;
        height: 12px;
        border-radius: 3px;
        background: var(--line);
      }
      .tiles i.running {
        background: var(--fill-4);
      }
      .tiles i.done {
        background: var(--fill-2);
      }
      .tiles i.again {
        outline: 1.8px solid var(--ink);
        outline-offset: -1px;
      }
      .legend {
        display: flex;
        flex-wrap: wrap;
        gap: 4px 14px;
        font-size: 11.5px;
        color: var(--soft);
      }
      .legend i {
        display: inline-block;
        width: 10px;
        height: 10px;
        border-radius: 2.5px;
        background: var(--line);
        margin-right: 5px;
      }
      .legend .running {
        background: var(--fill-4);
      }
      .legend .done {
        background: var(--fill-2);
      }
      .legend .again {
        outline: 1.8px solid var(--ink);
        outline-offset: -1px;
      }
      .legend ~ .row {
        margin-top: 12px;
      }
      td {
        vertical-align: middle;
      }
      .verdict {
        font-weight: 600;
        margin: 8px 0 0;
      }
      pre {
        margin: 0;
        max-height: 260px;
        overflow: auto;
        font: 12px/1.5 var(--mono);
        background: var(--sunk);
        border-radius: 8px;
        padding: 10px 12px;
      }
      .find {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 8px;
        margin-bottom: 8px;
      }
      @media (max-width: 480px) {
        .fields {
          grid-template-columns: 1fr 1fr;
        }
      }
    `,
  ];

  @state() private app: JobInput["app"] = "word-count";
  @state() private source: Source = "moby";
  @state() private reduceTasks = 10;
  @state() private pasted = "";
  @state() private files: readonly Input[] = [];
  @state() private over = false;
  @state() private preparing = false;
  @state() private wrong = "";
  @state() private output: { submittedAt: number; result: JobOutput } | null = null;
  @state() private sought = "";
  #asking = false;

  override render() {
    const { job, nodes } = this.view.frame;
    if (!nodes.some((node) => node.kind === "worker")) {
      return html`<section><div class="empty"><p>This cluster has no MapReduce workers. Start a new run with some.</p></div></section>`;
    }
    return html`${job ? html`${this.#progress(job)}${this.#workers()}${this.#output(job)}` : nothing}${this.#form(job)}`;
  }

  // ── What to run ────────────────────────────────────────────────────────────────────────────────────────────────

  #form(job: Job | null) {
    const running = job !== null && job.phase !== "done";
    return html`<section>
      <h2>${job ? "Another job" : "A job: map and reduce as messages on the same faulty network"}</h2>
      <form @submit=${this.#run}>
        <div class="fields">
          <label>Application<select aria-label="Application" @change=${(event: Event) => {
            this.app = (event.target as HTMLSelectElement).value as JobInput["app"];
          }}><option value="word-count" ?selected=${this.app === "word-count"}>Word count</option><option value="inverted-index" ?selected=${this.app === "inverted-index"}>Inverted index</option></select></label>
          <label>Text<select aria-label="Text" @change=${(event: Event) => {
            this.source = (event.target as HTMLSelectElement).value as Source;
          }}><option value="moby" ?selected=${this.source === "moby"}>Moby Dick, 135 chapters</option><option value="own" ?selected=${this.source === "own"}>My own…</option></select></label>
          <label>Reduce tasks<input type="number" aria-label="Reduce tasks" min="1" max="100" required .value=${String(this.reduceTasks)} @change=${(
            event: Event,
          ) => {
            this.reduceTasks = Math.min(
              100,
              Math.max(1, Math.round(Number((event.target as HTMLInputElement).value)) || 1),
            );
          }} /></label>
        </div>
        ${this.source === "own" ? this.#own() : nothing}
        <p class="hold" role="alert" ?hidden=${this.wrong === ""}>${this.wrong}</p>
        <div class="row">
          <button class="primary" ?disabled=${this.preparing || running} title=${running ? "One job at a time: let this one finish" : "Submit the job to the coordinator"}>${this.preparing ? "Fetching the text…" : "Run"}</button>
          <span class="soft">Then crash a worker half-way.</span>
        </div>
      </form>
    </section>`;
  }

  #own() {
    return html`<div class="drop ${this.over ? "over" : ""}" @dragover=${(event: DragEvent) => {
      event.preventDefault();
      this.over = true;
    }} @dragleave=${() => {
      this.over = false;
    }} @drop=${(event: DragEvent) => {
      event.preventDefault();
      this.over = false;
      void this.#add(event.dataTransfer?.files);
    }}>
      <textarea aria-label="Text to run on" placeholder="Paste text here, or drop text files. Each file is one input; pasted text is split at empty lines." .value=${this.pasted}
        @input=${(event: Event) => {
          this.pasted = (event.target as HTMLTextAreaElement).value;
        }}></textarea>
      <div class="row"><input type="file" multiple accept="text/*,.txt,.md" aria-label="Text files" @change=${(event: Event) => void this.#add((event.target as HTMLInputElement).files)} />
        ${
          this.files.length > 0
            ? html`<span class="soft">${count(this.files.length, "file")}</span><button type="button" @click=${() => {
                this.files = [];
              }}>Remove</button>`
            : nothing
        }</div>
    </div>`;
  }

  async #add(list: FileList | null | undefined) {
    const read = await Promise.all(
      [...(list ?? [])].map(async (file) => ({ name: file.name, text: await file.text() })),
    );
    this.files = [...this.files, ...read];
  }

  async #run(event: Event) {
    event.preventDefault();
    this.wrong = "";
    const own = this.source === "own";
    let inputs: readonly Input[];
    if (own) {
      const parts = this.pasted.split(/\n\s*\n/).filter((part) => part.trim() !== "");
      inputs = [...this.files, ...parts.map((text, i) => ({ name: `pasted-${String(i + 1).padStart(3, "0")}`, text }))];
      if (inputs.length === 0) {
        this.wrong = "There is no text yet: paste some, or add a file.";
        return;
      }
      const size = inputs.reduce((sum, one) => sum + one.text.length, 0);
      if (size > LARGEST_INPUT) {
        this.wrong = `That is ${bytes(size)} of text; a job takes up to ${bytes(LARGEST_INPUT)}. Leave some of it out.`;
        return;
      }
    } else {
      this.preparing = true;
      try {
        inputs = (await bundledTexts()).map((input) => ({ ...input, bundled: true }));
      } catch (error) {
        this.wrong = error instanceof Error ? error.message : String(error);
        return;
      } finally {
        this.preparing = false;
      }
    }
    this.output = null;
    const submitted = await this.lab.submit({ app: this.app, reduceTasks: this.reduceTasks, inputs: [...inputs] }).then(
      () => true,
      () => false,
    );
    if (submitted) this.lab.play();
  }

  // ── How it goes ────────────────────────────────────────────────────────────────────────────────────────────────

  #progress(job: Job) {
    const running = job.phase !== "done";
    const took = (job.doneAt ?? this.view.now) - job.submittedAt;
    return html`<section>
      <h2>${job.app.replaceAll("-", " ")}, submitted at ${seconds(job.submittedAt)}${job.doneAt === null ? `, running for ${span(took)}` : `, done in ${span(took)}`}</h2>
      ${this.#phase("map", job.maps)}${this.#phase("reduce", job.reduces)}
      <div class="tiles" role="img" aria-label="Tasks: ${done(job.maps)} of ${job.maps.length} maps and ${done(job.reduces)} of ${job.reduces.length} reduces done, ${job.reissued} re-issued">
        ${[...job.maps, ...job.reduces].map((task) => html`<i class="${task.state}${task.attempt > 1 ? " again" : ""}" title="${task.input}: ${task.state}${task.attempt > 1 ? `, attempt ${task.attempt}` : ""}"></i>`)}
      </div>
      <div class="legend" aria-hidden="true"><span><i></i>idle</span><span><i class="running"></i>running</span><span><i class="done"></i>done</span><span><i class="again"></i>given out again</span></div>
      ${job.reissued > 0 ? html`<p class="hold">${count(job.reissued, "task")} re-issued.</p>` : nothing}
      ${
        job.equal === null
          ? nothing
          : html`<p class="verdict ${job.equal ? "good" : "broken"}" role="status">${job.equal ? "✓ The output equals the sequential run's." : "✕ The output differs from the sequential run's."}</p>`
      }
      ${running ? html`<div class="row"><button title="As fast as this machine can; Cancel stops it anywhere" @click=${this.#ahead}>Run to the end</button></div>` : nothing}
    </section>`;
  }

  #phase(name: string, tasks: readonly Task[]) {
    const finished = done(tasks);
    return html`<div class="phase"><span>${name}</span><progress max=${Math.max(1, tasks.length)} .value=${finished} aria-label="${name} tasks done"></progress><span>${finished} of ${tasks.length}</span></div>`;
  }

  #ahead() {
    const part = (job: Job | null) =>
      job ? (done(job.maps) + done(job.reduces)) / Math.max(1, job.maps.length + job.reduces.length) : 0;
    void this.lab.runUntil(
      "Running the job",
      (view) => view.frame.job === null || (view.frame.job.phase === "done" && view.frame.job.equal !== null),
      PATIENCE,
      (view) => part(view.frame.job),
    );
  }

  #workers() {
    const workers = this.view.frame.nodes.filter((node) => node.kind === "worker");
    return html`<section><h2>Workers</h2>
      <table aria-label="Workers"><thead><tr><th scope="col">worker</th><th scope="col">task</th><th scope="col">doing</th><th scope="col">done</th><th scope="col"><span class="hidden-text">Crash or restart</span></th></tr></thead>
      <tbody>${workers.map((node) => {
        const task = node.worker?.task;
        const down = node.status === "down";
        return html`<tr><td><b>${nameIn(this.view.frame, node.id)}</b></td>
          <td>${down ? html`<span class="hold">crashed</span>` : task ? `${task.phase} ${task.number + 1}${task.attempt > 1 ? ", again" : ""}` : html`<span class="soft">none</span>`}</td>
          <td class="soft">${down ? "" : (node.worker?.doing ?? "")}</td><td>${node.worker?.done ?? 0}</td>
          <td><button aria-label="${down ? "Restart" : "Crash"} ${node.name}" @click=${() => void this.lab.act({ do: down ? "restart" : "crash", node: node.id })}>${down ? "Restart" : "Crash"}</button></td></tr>`;
      })}</tbody></table></section>`;
  }

  // ── The answer ─────────────────────────────────────────────────────────────────────────────────────────────────

  #output(job: Job) {
    if (job.phase !== "done") return nothing;
    if (this.output?.submittedAt !== job.submittedAt) {
      void this.#fetch(job.submittedAt);
      return html`<section><p class="soft">Reading the output…</p></section>`;
    }
    return outputView(this.output.result, this.sought, (sought) => {
      this.sought = sought;
    });
  }

  async #fetch(submittedAt: number) {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const result = await this.lab.jobOutput();
      if (result) this.output = { submittedAt, result };
    } catch {
      // The lab has said what went wrong; the panel asks again when the job is looked at anew.
    } finally {
      this.#asking = false;
    }
  }
}

const done = (tasks: readonly Task[]) => tasks.filter((task) => task.state === "done").length;
