// MapReduce: choose or write what to run on which text, watch it, and read the answer beside a sequential run's.

import { css, html, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Job, JobInput } from "splitbrain";
import type { JobOutput } from "splitbrain/jobs";
import { isClaiming, isInCharge, type View } from "../engine/view.js";
import { countersView } from "../jobs/counters.js";
import { draft } from "../jobs/draft.js";
import type { JobForm } from "../jobs/form.js";
import { diedView, progressLook, progressView, type Wait, type Ways, waitingView } from "../jobs/progress.js";
import { workersLook, workersView } from "../jobs/workers.js";
import { keyOf, part } from "../model/jobs.js";
import type { Theme } from "../model/palette.js";
import { controls } from "../style/controls.js";
import { listing } from "../style/listing.js";
import { outputView } from "./output.js";
import { Panel } from "./panel.js";
import "../jobs/chart.js";
import "../jobs/files.js";
import "../jobs/form.js";

/** How far “Run to the end” looks ahead, in virtual time. */
const PATIENCE = 600_000_000;

/** What a job waits for that is not there yet, or not any more. */
function waitsFor({ config, frame }: View): Wait | null {
  if (isClaiming(frame)) return "number";
  if (config.coordinator !== "replicated" || isInCharge(frame)) return null;
  return frame.nodes.some(({ kind, status }) => kind === "coordinator" && status !== "down") ? "standby" : "restart";
}

const isJudged = (job: Job | null) =>
  job === null || job.phase === "failed" || (job.phase === "done" && job.equal !== null);

@customElement("sb-mapreduce")
export class MapReduce extends Panel {
  static override styles = [
    controls,
    progressLook,
    workersLook,
    listing,
    css`
      :host {
        display: block;
      }
      .number {
        text-align: right;
        font-variant-numeric: tabular-nums;
      }
      .counters {
        width: auto;
      }
      .counters .number {
        padding-left: 16px;
      }
      @media (max-width: 760px) {
        section:first-of-type {
          /* The header stays above whatever is scrolled to. */
          scroll-margin-top: 124px;
        }
      }
      .find {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 8px;
        margin-bottom: 8px;
      }
    `,
  ];

  @property() theme: Theme = "light";
  @state() private output: { of: string; result: JobOutput } | null = null;
  @state() private sought = "";
  @query("sb-job-form") private form!: JobForm | null;
  #asking = false;

  override disconnectedCallback() {
    super.disconnectedCallback();
    this.lab.attempts = false;
  }

  protected override willUpdate() {
    if (this.lab.attempts) return;
    this.lab.attempts = true;
    void this.lab.refresh();
  }

  override render() {
    const { lab, view } = this;
    const { job, nodes } = view.frame;
    if (!nodes.some((node) => node.kind === "worker")) {
      return html`<section><div class="empty"><p>This cluster has no MapReduce workers. Start a new run (n) with some: four are enough to count the words of a book.</p></div></section>`;
    }
    const wait = waitsFor(view);
    return html`${wait ? waitingView(wait, this.#ways) : nothing}${job ? this.#job(job) : wait ? nothing : this.#died()}
      <section><sb-job-form .lab=${lab} .job=${job} ?claiming=${wait === "number"} @submitted=${this.#watch}></sb-job-form></section>
      ${job ? nothing : workersView(view, lab)}`;
  }

  #job(job: Job) {
    const { lab, view, theme } = this;
    return html`${progressView(view, job, this.#ways)}
      <section><sb-job-chart .lab=${lab} .view=${view} .job=${job} .theme=${theme}></sb-job-chart></section>
      ${workersView(view, lab)}${countersView(job)}${this.#output(job)}
      <section><sb-job-files .lab=${lab} .view=${view}></sb-job-files></section>`;
  }

  #died() {
    const { config, frame, marks } = this.view;
    const coordinators = frame.nodes.filter((node) => node.kind === "coordinator");
    const replicated = config.coordinator === "replicated";
    const died = coordinators.some(({ coordinator }) => coordinator?.seat !== "standby" && coordinator?.died);
    // While it is down it cannot say itself that a job was its.
    const down = !replicated && coordinators.some(({ status }) => status === "down");
    if (!died && !down) return nothing;
    const crash = marks.findLast(
      ({ kind, node, text }) => kind === "fault" && coordinators.some(({ id }) => id === node) && /crash/.test(text),
    );
    return diedView(died || draft.last !== null, replicated, crash?.at ?? null, this.#ways.resubmit);
  }

  get #ways(): Ways {
    const { last } = draft;
    return {
      refused: this.lab.programs === "refuse",
      ahead: () => this.#ahead(),
      edit: (code) => void this.form?.edit(code),
      resubmit: last && (() => void this.#resubmit(last)),
    };
  }

  /** The same job once more; a coordinator that is down is restarted for it. */
  async #resubmit(last: JobInput) {
    const down = this.view.frame.nodes.find(({ kind, status }) => kind === "coordinator" && status === "down");
    if (down) await this.lab.act({ do: "restart", node: down.id }).catch(() => {});
    await this.form?.submit(last);
  }

  /** How the new job goes stands above the form that it was submitted with. */
  async #watch() {
    await this.updateComplete;
    this.renderRoot.querySelector("section")?.scrollIntoView({ block: "nearest" });
  }

  #ahead() {
    void this.lab.runUntil(
      "Running the job",
      (view) => [null, "restart"].includes(waitsFor(view)) && isJudged(view.frame.job),
      PATIENCE,
      (view) => part(view.frame.job),
    );
  }

  // ── The answer ─────────────────────────────────────────────────────────────────────────────────────────────────

  #output(job: Job) {
    if (job.phase !== "done") return nothing;
    if (this.output?.of !== keyOf(this.view)) {
      void this.#fetch(keyOf(this.view));
      return html`<section><p class="soft">Reading the output…</p></section>`;
    }
    return outputView(this.output.result, this.sought, (sought) => {
      this.sought = sought;
    });
  }

  async #fetch(wanted: string) {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const result = await this.lab.jobOutput();
      // It may be another's by now: it is that job's which the lab shows when the answer comes.
      const of = this.lab.view ? keyOf(this.lab.view) : "";
      if (result) this.output = { of, result };
      if (of !== wanted) this.requestUpdate();
    } catch {
      // The lab has said what went wrong; the panel asks again when the job is looked at anew.
    } finally {
      this.#asking = false;
    }
  }
}
