// The second worker: the course's tests, the stories and the judge of histories, in a WebAssembly module of their own.

import { expose } from "comlink";
import init, {
  History,
  type HistoryModel,
  type HistoryProgress,
  run,
  setInterpreter,
  story,
  tests,
} from "splitbrain/labs";

const ready = init();

async function interpret() {
  const { default: init, run } = await import("splitbrain/script");
  await init();
  setInterpreter(run);
}

/** The history that was opened last. */
let open: History | undefined;

function replace(next: History) {
  open?.free();
  open = next;
  return open.operations();
}

function opened(): History {
  if (!open) throw new Error("No history is open.");
  return open;
}

/** Each call waits until the module is here. */
const host = {
  tests: async () => {
    await ready;
    return tests();
  },
  run: async (name: string, seed: number, without: string[], chapters: string[]) => {
    await ready;
    return run(name, seed, without, chapters);
  },
  story: async (text: string) => {
    await ready;
    return story(text);
  },
  readHistory: async (text: string, model: HistoryModel) => {
    await ready;
    return replace(History.read(text, model));
  },
  /** `programs`: whether what people have written in it may run, as it has in the run. */
  historyOfRun: async (script: string, texts: string[], programs: boolean, progress: HistoryProgress) => {
    await ready;
    if (programs) await interpret();
    return replace(History.ofRun(script, texts, programs, progress));
  },
  judgeHistory: async (steps: number, progress: HistoryProgress) => opened().judge(steps, progress),
  writeHistory: async (form: "edn" | "lines" | "porcupine", steps: number, progress: HistoryProgress) =>
    opened().write(form, steps, progress),
};

export type LabsHost = typeof host;

expose(host);
