import { describe, expect, test } from "vitest";
import { collectionsIn, programsIn, savedMoment } from "../src/model/saved.js";

describe("what the page reads in a run before the engine does", () => {
  const run = (...acts: unknown[]) => JSON.stringify({ splitbrain: 1, acts, saved: { at: 5, step: 2 } });
  const submit = (app: unknown, name = "chapter-001") => ({
    at: 1000,
    after: 3,
    act: { do: "submit", job: { app, inputs: [{ name }] } },
  });

  test("the moment it was saved at", () => {
    expect(savedMoment(run())).toEqual({ at: 5, step: 2 });
    expect(savedMoment("{")).toBeNull();
    expect(savedMoment('{"saved":3}')).toBeNull();
  });

  test("every program in it, wherever it stands", () => {
    expect(programsIn(run(submit("word-count")))).toEqual([]);
    expect(programsIn(run(submit({ script: { code: "a" } }), submit({ script: { code: "b" } })))).toEqual([
      { code: "a", at: 1000 },
      { code: "b", at: 1000 },
    ]);
    expect(programsIn('{"deep":[{"app":{"script":{"code":"c"}}}]}')).toEqual([{ code: "c", at: null }]);
    expect(programsIn("no run")).toEqual([]);
    expect(programsIn(`${"[".repeat(100_000)}${"]".repeat(100_000)}`)).toEqual([]);
  });

  test("the texts that it may need", () => {
    expect(collectionsIn(run())).toEqual([]);
    expect(collectionsIn(run(submit("word-count")))).toEqual(["chapters"]);
    expect(collectionsIn(run(submit("word-count", "chapters-001-016")))).toEqual(["eighths"]);
    expect(collectionsIn(run(submit("sort", "address-1790-george-washington-n")))).toEqual(["addresses"]);
    expect(collectionsIn(run(submit("sort", "mine"), submit("sort")))).toEqual(["chapters"]);
  });
});
