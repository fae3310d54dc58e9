import type { Job, Task } from "splitbrain";
import { describe, expect, test } from "vitest";
import type { View } from "../src/engine/view.js";
import { again, application, done, GROUPS, isOver, keyOf, marks, part, standing, whatNext } from "../src/model/jobs.js";

const task = (more: Partial<Task> = {}): Task => ({
  state: "idle",
  worker: null,
  backup: null,
  attempt: 0,
  input: "chapter-001",
  failures: 0,
  ...more,
});
const name = (node: number) => `W${node}`;

describe("how a task stands", () => {
  test("in words", () => {
    expect(standing(task(), name)).toBe("idle");
    expect(standing(task({ state: "running", worker: 2, backup: 3, attempt: 2 }), name)).toBe(
      "running by W2, backup on W3, attempt 2",
    );
    expect(standing(task({ failures: 1, attempt: 1 }), name)).toBe("idle, failed 1 time");
    expect(standing(task({ state: "done", worker: 1, attempt: 1 }), name)).toBe("done by W1");
  });

  test("as a mark: each state has its own", () => {
    const all = [
      task(),
      task({ state: "running", attempt: 1 }),
      task({ state: "running", attempt: 1, backup: 3 }),
      task({ state: "done", attempt: 1 }),
      task({ state: "done", attempt: 2 }),
      task({ failures: 2 }),
    ].map(marks);
    expect(new Set(all).size).toBe(all.length);
  });
});

describe("how a job stands", () => {
  const job = (more: Partial<Job>): Job => ({
    id: 1,
    app: "word-count",
    code: null,
    phase: "map",
    loaded: 2,
    maps: [task({ state: "done" }), task()],
    reduces: [task(), task()],
    submittedAt: 0,
    doneAt: null,
    reissued: 0,
    backups: 0,
    lost: 0,
    failure: null,
    counters: [],
    equal: null,
    unportable: false,
    ...more,
  });

  test("how much is behind it, and whether it is over", () => {
    expect(part(job({}))).toBe(0.25);
    expect(part(null)).toBe(0);
    expect(done(job({}).maps)).toBe(1);
    expect([null, job({}), job({ phase: "failed" }), job({ phase: "done" })].map(isOver)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  test("what had to be done again", () => {
    expect(again(job({}))).toEqual([]);
    expect(again(job({ reissued: 2, backups: 1, lost: 3 }))).toEqual([
      "2 re-issued",
      "1 backup",
      "3 lost and run again",
    ]);
  });

  test("every application is in one group, and says what it does", () => {
    const apps = GROUPS.flatMap((group) => group.apps);
    expect(new Set(apps.map((app) => app.name)).size).toBe(apps.length);
    for (const app of apps) expect(app.about).not.toBe("");
    expect(application("early-exit").label).toBe("Early exit");
    expect(application("never-heard-of").label).toBe("never heard of");
  });
});

test("what to do about a failed job goes by how it failed", () => {
  const next = (kind: NonNullable<Job["failure"]>["kind"], refused = false, code: string | null = "map") =>
    whatNext(
      { code, failure: { kind, message: "", task: "map 1", line: null, column: null } } as unknown as Job,
      refused,
    );
  expect(next("thrown")).toMatch(/bad records be skipped/);
  for (const kind of ["fuel", "memory", "stack", "output", "program", "nondeterministic", "unavailable"] as const)
    expect(next(kind), kind).not.toMatch(/skipped/);
  expect(next("unavailable", true)).toMatch(/opened without running its code/);
  expect(next("unavailable")).not.toMatch(/without/);
  expect(next("thrown", false, null)).toMatch(/Change the job below/);
});

test("jobs submitted at the same moment are told apart by run and branch", () => {
  const view = (opened: number, branch: number, id = 1) =>
    ({ opened, frame: { moment: { branch }, job: { id, submittedAt: 5 } } }) as unknown as View;
  expect(keyOf(view(1, 0))).toBe(keyOf(view(1, 0)));
  expect(new Set([view(1, 0), view(2, 0), view(1, 1), view(1, 0, 2)].map(keyOf)).size).toBe(4);
});
