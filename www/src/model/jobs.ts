// Jobs in words: the applications there are, how a task stands, how far a job is.

import type { Job, JobInput, Task } from "splitbrain";
import { nth, type View } from "../engine/view.js";
import { count } from "./format.js";

/** An application's name as a job has it. */
export type AppName = Exclude<JobInput["app"], object> | "grep" | "script";

export interface Application {
  readonly name: AppName;
  readonly label: string;
  /** What it does, in one line. */
  readonly about: string;
}

export const GROUPS: readonly { readonly name: string; readonly apps: readonly Application[] }[] = [
  {
    name: "Of the paper (§2)",
    apps: [
      { name: "word-count", label: "Word count", about: "How often each word occurs: whale 868." },
      { name: "inverted-index", label: "Inverted index", about: "In how many inputs, and in which, each word occurs." },
      {
        name: "grep",
        label: "Distributed grep",
        about: "Every line that contains a text, and the inputs it stands in.",
      },
      {
        name: "sort",
        label: "Distributed sort",
        about: "Every line in order over all output files, with how often it occurs.",
      },
      {
        name: "url-frequency",
        label: "Page requests by address",
        about: "How often each web address is named.",
      },
      { name: "reverse-links", label: "Reverse web-link graph", about: "Which inputs name each web address." },
    ],
  },
  {
    name: "The course's",
    apps: [
      { name: "map-timing", label: "Map timing", about: "A call of map takes a second: several run at the same time." },
      {
        name: "reduce-timing",
        label: "Reduce timing",
        about: "A call of reduce takes a second: several run at the same time.",
      },
      {
        name: "job-count",
        label: "Job count",
        about: "How often map was called, which takes seconds: once for each input if nothing fails.",
      },
      {
        name: "early-exit",
        label: "Early exit",
        about: "Some calls of reduce take three seconds: nobody may leave before the last is done.",
      },
      { name: "crash", label: "Crash", about: "What its inputs are like. Crash its workers while it runs." },
    ],
  },
  {
    name: "Yours",
    apps: [
      {
        name: "script",
        label: "My own program",
        about: "map and reduce in JavaScript, run without clock, chance or network.",
      },
    ],
  },
];

const APPS = GROUPS.flatMap(({ apps }) => apps);

export const application = (name: string): Application =>
  APPS.find((app) => app.name === name) ?? { name: "script", label: name.replaceAll("-", " "), about: "" };

/** What tells the job in view from every other: of this run or of another one, on this branch or elsewhere. */
export const keyOf = ({ opened, frame: { moment, job } }: View): string =>
  job ? `${opened} ${moment.branch} ${job.id} ${job.submittedAt}` : "";

export const done = (tasks: readonly Task[]): number => tasks.filter((task) => task.state === "done").length;

/** How much of a job is behind it, from 0 to 1. */
export const part = (job: Job | null): number =>
  job ? (done(job.maps) + done(job.reduces)) / Math.max(1, job.maps.length + job.reduces.length) : 0;

export const isOver = (job: Job | null): boolean => job === null || job.phase === "done" || job.phase === "failed";

const AGAIN = "and run it again";
const DIFFERENTLY: Record<NonNullable<Job["failure"]>["kind"], string> = {
  // Only these two are of a record: it can be left out (§4.6).
  thrown: `Change the program ${AGAIN}, or let bad records be skipped.`,
  wrong: `Change the program ${AGAIN}, or let bad records be skipped.`,
  program: `Change the program ${AGAIN}.`,
  fuel: `Let the program do less in one call, ${AGAIN}.`,
  memory: `Let the program keep less at a time, ${AGAIN}.`,
  stack: `Let the program call itself less deeply, ${AGAIN}.`,
  output: `Let the program emit, return or count less, ${AGAIN}.`,
  nondeterministic: `Let the program give one answer to one input, however often it is asked, ${AGAIN}.`,
  unavailable: "The program was not run. Submit the job again; if that fails too, reload the page.",
};

/** What to do about a job that failed. `refused`: whether the run was opened without running its code. */
export function whatNext({ code, failure }: Job, refused: boolean): string {
  if (code === null || failure === null) return "Change the job below and run it again.";
  if (failure.kind === "unavailable" && refused)
    return "The program was not run, because this run was opened without running its code. Open it again to choose otherwise.";
  return DIFFERENTLY[failure.kind];
}

/** The classes of a task's tile; style sheets give each a shape besides its colour. */
export function marks(task: Task): string {
  const again = nth(task.attempt) > 1 ? " again" : "";
  if (task.state === "done") return `done${again}`;
  if (task.state === "running") return `running${task.backup === null ? "" : " backup"}${again}`;
  return task.failures > 0 ? `idle failed${again}` : `idle${again}`;
}

/** How a task stands, in words. */
export function standing(task: Task, name: (node: number) => string): string {
  const by = task.worker !== null && task.state !== "idle" ? ` by ${name(task.worker)}` : "";
  const backup = task.backup !== null ? `, backup on ${name(task.backup)}` : "";
  const attempt = nth(task.attempt) > 1 ? `, attempt ${nth(task.attempt)}` : "";
  const failures = task.failures > 0 ? `, failed ${count(task.failures, "time")}` : "";
  return `${task.state}${by}${backup}${attempt}${failures}`;
}

/** What had to be done again, as far as anything had to. */
export function again(job: Job): string[] {
  const told: string[] = [];
  if (job.reissued > 0) told.push(`${job.reissued} re-issued`);
  if (job.backups > 0) told.push(count(job.backups, "backup"));
  if (job.lost > 0) told.push(`${job.lost} lost and run again`);
  return told;
}
