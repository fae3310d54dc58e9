// The job that somebody is about to submit: kept while the page is open, whichever panel is shown. A program of one's own is not
// stored anywhere else; it travels with the run that it was submitted to.

import type { JobInput } from "splitbrain";
import type { AppName } from "../model/jobs.js";
import type { Collection } from "../model/saved.js";
import { EXAMPLES } from "./examples.js";

export type Input = JobInput["inputs"][number];

export interface Draft {
  app: AppName;
  /** What is sought by a distributed grep. */
  pattern: string;
  code: string;
  text: Collection | "own";
  pasted: string;
  files: readonly Input[];
  reduceTasks: number;
  records: JobInput["records"];
  combine: boolean;
  skipBadRecords: boolean;
  /** What was submitted last, for another go. */
  last: JobInput | null;
}

export const draft: Draft = {
  app: "word-count",
  pattern: "whale",
  code: EXAMPLES[0]?.code ?? "",
  text: "chapters",
  pasted: "",
  files: [],
  reduceTasks: 10,
  records: "whole",
  combine: false,
  skipBadRecords: false,
  last: null,
};

export function appOf({ app, pattern, code }: Draft): JobInput["app"] {
  if (app === "grep") return { grep: { pattern } };
  return app === "script" ? { script: { code } } : app;
}
