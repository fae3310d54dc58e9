// For the time until the binding has them: the types of jobs as it will. `tsconfig.json` puts this file in the place of the
// package "splitbrain", for types only. When the package has all of it, delete this file and the `paths` in `tsconfig.json`.

import type * as now from "../../../web/pkg/splitbrain.js";

export * from "../../../web/pkg/splitbrain.js";
export { default } from "../../../web/pkg/splitbrain.js";

export type App =
  | "word-count"
  | "inverted-index"
  | "sort"
  | "url-frequency"
  | "reverse-links"
  | "map-timing"
  | "reduce-timing"
  | "job-count"
  | "early-exit"
  | "crash"
  | { grep: { pattern: string } }
  | { script: { code: string } };

export interface JobInput {
  app: App;
  reduceTasks: number;
  records: "whole" | "lines";
  combine: boolean;
  skipBadRecords: boolean;
  inputs: { name: string; text: string; bundled?: boolean }[];
}

export interface Job {
  id: number;
  app: string;
  code: string | null;
  phase: "loading" | "map" | "reduce" | "done" | "failed";
  loaded: number;
  maps: Task[];
  reduces: Task[];
  submittedAt: number;
  doneAt: number | null;
  reissued: number;
  backups: number;
  lost: number;
  failure: { message: string; task: string; line: number | null; column: number | null; kind: string } | null;
  counters: { name: string; value: number }[];
  equal: boolean | null;
  unportable: boolean;
}

export interface Task {
  state: "idle" | "running" | "done";
  worker: number | null;
  backup: number | null;
  attempt: number;
  input: string;
  failures: number;
}

export interface Attempt {
  phase: "map" | "reduce";
  number: number;
  attempt: number;
  worker: number;
  backup: boolean;
  from: number;
  to: number | null;
  end: "running" | "committed" | "late" | "failed" | "crashed" | "lost";
  overdueAt: number | null;
  note: string;
}

export interface StoredFile {
  name: string;
  at: number;
  bytes: number;
}

export interface ScriptProblem {
  message: string;
  line: number | null;
  column: number | null;
}

export interface Config extends now.Config {
  intermediate?: "shared" | "local";
  coordinator?: "plain" | "replicated";
  backupAfter?: number | null;
}

export interface Worker extends now.Worker {
  speed: number;
}

export interface Coordinator {
  seat: "alone" | "standby" | "taking-over" | "in-charge";
  epoch: number;
  /** The number of the job that died with it, until another is accepted. */
  died: number | null;
}

export interface Node extends Omit<now.Node, "worker"> {
  worker?: Worker;
  coordinator?: Coordinator;
}

export interface Frame extends Omit<now.Frame, "nodes" | "job"> {
  nodes: Node[];
  job: Job | null;
}

export type Action = now.Action | { do: "speed"; node: number; percent: number };

type Changed = "frame" | "config" | "act" | "submit" | "open" | "fromScript" | "defaultConfig";
export declare class Playground {
  static open(config: Config): Playground;
  static fromScript(json: string, texts: { name: string; text: string }[]): Playground;
  static defaultConfig(): Config;
  frame(): Frame;
  config(): Config;
  act(action: Action): now.Moment;
  submit(job: JobInput): now.Moment;
  attempts(): Attempt[];
  files(): StoredFile[];
  file(at: number, name: string, from: number, count: number): string;
  checkScript(code: string): ScriptProblem | null;
}
export interface Playground extends Omit<now.Playground, Changed> {}

/** What runs programs that people have written. */
export declare function setInterpreter(run: (request: string) => string): void;
