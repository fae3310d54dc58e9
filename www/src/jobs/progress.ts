// How far a job is: phases, tiles, what had to be done again, how it ended.

import { css, html, nothing, type TemplateResult } from "lit";
import type { Job, Task } from "splitbrain";
import { nameIn, type View } from "../engine/view.js";
import { seconds, span } from "../model/format.js";
import { again, application, done, isOver, marks, standing, whatNext } from "../model/jobs.js";
import { place } from "./form.js";

export interface Ways {
  /** Whether this run may run no programs. */
  readonly refused: boolean;
  ahead(): void;
  edit(code: string): void;
  resubmit: (() => void) | null;
}

export function progressView(view: View, job: Job, ways: Ways): TemplateResult {
  const name = (node: number) => nameIn(view.frame, node);
  const repeated = again(job);
  return html`<section>
    <h2>${application(job.app).label}, submitted at ${seconds(job.submittedAt)}${when(view, job)}</h2>
    ${loading(job)}${phase("map", job.maps)}${phase("reduce", job.reduces)}
    <div class="tiles" role="img" aria-label="Tasks: ${done(job.maps)} of ${job.maps.length} maps and ${done(job.reduces)} of ${job.reduces.length} reduces done, ${job.reissued} re-issued, ${job.backups} backups, ${job.lost} lost">
      ${[...job.maps, ...job.reduces].map((task, i) => html`<i class="${marks(task)}${i < job.maps.length ? "" : " reduce"}" title="${task.input}: ${standing(task, name)}"></i>`)}
    </div>
    <div class="legend" aria-hidden="true"><span><i></i>idle map</span><span><i class="reduce"></i>idle reduce</span><span><i class="running"></i>running</span><span><i class="done"></i>done</span><span><i class="again"></i>given out again</span><span><i class="running backup"></i>with a backup</span><span><i class="failed"></i>failed</span></div>
    ${repeated.length > 0 ? html`<p class="hold">${repeated.join(" · ")}</p>` : nothing}
    ${failure(job, ways)}${verdict(job)}
    ${job.unportable ? html`<p class="soft">The program met a limit of memory or stack, which other machines may have elsewhere, or was not run here: from here on this run need not be the same everywhere.</p>` : nothing}
    ${isOver(job) ? nothing : ahead(ways)}
  </section>`;
}

const ahead = (ways: Ways) =>
  html`<div class="row"><button title="As fast as this machine can; Cancel stops it anywhere" @click=${ways.ahead}>Run to the end</button></div>`;

function when(view: View, job: Job): string {
  const took = span((job.doneAt ?? view.now) - job.submittedAt);
  if (job.phase === "failed") return `, failed after ${took}`;
  return job.doneAt === null ? `, running for ${took}` : `, done in ${took}`;
}

const loading = (job: Job) =>
  job.phase === "loading"
    ? html`<div class="phase"><span>loading</span><progress max=${Math.max(1, job.maps.length)} .value=${job.loaded} aria-label="inputs stored"></progress><span>${job.loaded} of ${job.maps.length}</span></div>`
    : nothing;

function phase(name: string, tasks: readonly Task[]) {
  const finished = done(tasks);
  return html`<div class="phase"><span>${name}</span><progress max=${Math.max(1, tasks.length)} .value=${finished} aria-label="${name} tasks done"></progress><span>${finished} of ${tasks.length}</span></div>`;
}

function failure(job: Job, ways: Ways) {
  const { failure, code } = job;
  if (job.phase !== "failed" || !failure) return nothing;
  return html`<div class="trouble" role="alert"><p><b>The job failed</b> in ${failure.task}: ${place(failure)}${failure.message}</p>
    <p class="soft">${whatNext(job, ways.refused)}</p>
    <div class="row">${code === null || ways.refused ? nothing : html`<button class="primary" title="The program, at the line that failed" @click=${() => ways.edit(code)}>Edit</button>`}
    ${ways.resubmit ? html`<button title="The same job once more" @click=${ways.resubmit}>Submit again</button>` : nothing}</div></div>`;
}

const verdict = (job: Job) =>
  job.equal === null
    ? nothing
    : html`<p class="verdict ${job.equal ? "good" : "broken"}" role="status">${job.equal ? "✓ The output equals the sequential run's." : "✕ The output differs from the sequential run's."}</p>`;

/** For its number, for a standby to take over, or for somebody to restart a coordinator. */
export type Wait = "number" | "standby" | "restart";

const WAITS = {
  number: [
    "The job is submitted",
    "It gets its number as soon as a coordinator is in charge and has it kept in the servers' log; until then it is in one coordinator's memory, and is lost if that crashes.",
  ],
  standby: [
    "No coordinator is in charge",
    "One that has heard from no other for two to three seconds takes over: it reads in the servers' log what is finished, and goes on from there (§3.3).",
  ],
  restart: [
    "Every coordinator is down",
    "Restart one of them below. What is finished is in the servers' log, and the job goes on from there (§3.3).",
  ],
} as const;

/** While nobody hands out tasks. */
export function waitingView(wait: Wait, ways: Ways): TemplateResult {
  const [title, words] = WAITS[wait];
  return html`<section><h2>${title}</h2><p role="status">${words}</p>${wait === "restart" ? nothing : ahead(ways)}</section>`;
}

/** A job that went down with its coordinator. */
export function diedView(
  died: boolean,
  replicated: boolean,
  at: number | null,
  resubmit: (() => void) | null,
): TemplateResult {
  const again = html`<div class="row"><button class="primary" title="The same job once more, by a coordinator that is up" @click=${resubmit}>Submit again</button></div>`;
  if (replicated) {
    return html`<section><h2>The job died with its coordinator</h2>
    <div class="trouble" role="alert">
      <p>Another coordinator took over while the job's inputs were being stored, and only the one before has them. Once they are stored, a job outlives whoever is in charge.</p>
      ${resubmit ? again : nothing}
    </div></section>`;
  }
  return html`<section><h2>${died ? "The job died with its coordinator" : "The coordinator is down"}</h2>
    <div class="trouble" role="alert">
      <p>The coordinator crashed${at === null ? "" : ` at ${seconds(at)}`}, and what it knew of a job was in its memory only. The workers have nobody to ask.</p>
      <blockquote cite="https://research.google/pubs/pub62/">“However, given that there is only a single master, its failure is unlikely; therefore our current implementation aborts the MapReduce computation if the master fails. Clients can check for this condition and retry the MapReduce operation if they desire.” <span class="soft">§3.3</span></blockquote>
      <p class="soft">${resubmit ? "Submit the job again, which restarts the coordinator" : "Restart the coordinator and run the job again below"}; or start a new run (n) with a replicated coordinator, and see it survive.</p>
      ${resubmit ? again : nothing}
    </div></section>`;
}

export const progressLook = css`
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
  .tiles i,
  .legend i {
    width: 12px;
    height: 12px;
    border-radius: 3px;
    background: var(--line);
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
    vertical-align: -2px;
    margin-right: 5px;
  }
  i.reduce {
    background: none;
    box-shadow: inset 0 0 0 1.5px var(--faint);
  }
  /* Half full, full, crossed, parted: each state has a shape besides its colour. */
  i.running {
    background: linear-gradient(to top, var(--fill-4) 60%, var(--line) 60%);
    box-shadow: inset 0 0 0 1.5px var(--edge-4);
  }
  i.backup {
    background: linear-gradient(to right, var(--fill-4) 38%, var(--card) 38% 62%, var(--fill-4) 62%);
  }
  i.done {
    background: var(--fill-2);
    box-shadow: none;
  }
  i.failed {
    background:
      linear-gradient(45deg, transparent 42%, var(--hold) 42% 58%, transparent 58%),
      linear-gradient(-45deg, var(--line) 42%, var(--hold) 42% 58%, var(--line) 58%);
  }
  i.again {
    outline: 1.8px solid var(--ink);
    outline-offset: -1px;
  }
  .legend ~ p,
  .legend ~ .row,
  .legend ~ .trouble {
    margin-top: 12px;
  }
  .trouble {
    border-left: 3px solid var(--hold);
    padding-left: 12px;
  }
  .trouble p,
  .trouble blockquote {
    margin: 0 0 8px;
    overflow-wrap: anywhere;
  }
  .trouble blockquote {
    font-style: italic;
  }
  .verdict {
    font-weight: 600;
    margin: 8px 0 0;
  }
`;
