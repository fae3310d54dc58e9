// The second worker: the course's tests and the stories, in a WebAssembly module of their own.

import { expose } from "comlink";
import init, { run, story, tests } from "splitbrain/labs";

const ready = init();

/** Each call waits until the module is here. */
const host = {
  tests: async () => {
    await ready;
    return tests();
  },
  run: async (name: string, seed: number, without: string[]) => {
    await ready;
    return run(name, seed, without);
  },
  story: async (text: string) => {
    await ready;
    return story(text);
  },
};

export type LabsHost = typeof host;

expose(host);
