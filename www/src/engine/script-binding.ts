// As jobs-binding.ts, for "splitbrain/script": the interpreter of programs that people have written.

export default function init(): Promise<unknown> {
  throw new Error("This build has no interpreter.");
}

export declare function run(request: string): string;
