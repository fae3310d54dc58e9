import { describe, expect, test } from "vitest";
import { collectionsIn, programsIn, savedMoment, submissions } from "../src/model/saved.js";

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
      { code: "a", times: [1000] },
      { code: "b", times: [1000] },
    ]);
    expect(programsIn('{"deep":[{"app":{"script":{"code":"c"}}}]}')).toEqual([{ code: "c", times: [] }]);
    expect(programsIn("no run")).toEqual([]);
    expect(programsIn(`${"[".repeat(100_000)}${"]".repeat(100_000)}`)).toEqual([]);
  });

  test("a program that is submitted often is there once, with when", () => {
    const often = (n: number) => programsIn(run(...Array.from({ length: n }, () => submit({ script: { code: "a" } }))));
    expect(often(2)).toEqual([{ code: "a", times: [1000, 1000] }]);
    expect(often(9_000)).toHaveLength(1);
    expect(submissions({ code: "a", times: [] })).toBe("");
    expect(submissions({ code: "a", times: [1e6, 2e6] })).toBe(", submitted at 1.000 s and 2.000 s");
    expect(submissions({ code: "a", times: [1e6, 2e6, 3e6, 4e6, 5e6] })).toBe(
      ", submitted at 1.000 s, 2.000 s, 3.000 s and 2 other moments",
    );
  });

  test("more different programs than anybody reads are refused in a sentence", () => {
    const different = (n: number) =>
      programsIn(run(...Array.from({ length: n }, (_, i) => submit({ script: { code: `${i}` } }))));
    expect(different(20)).toHaveLength(20);
    expect(() => different(21)).toThrow(/21 different programs.*up to 20/);
  });

  test("the texts that it may need", () => {
    expect(collectionsIn(run())).toEqual([]);
    expect(collectionsIn(run(submit("word-count")))).toEqual(["chapters"]);
    expect(collectionsIn(run(submit("word-count", "chapters-001-016")))).toEqual(["eighths"]);
    expect(collectionsIn(run(submit("sort", "address-1790-george-washington-n")))).toEqual(["addresses"]);
    expect(collectionsIn(run(submit("sort", "mine"), submit("sort")))).toEqual(["chapters"]);
  });
});
