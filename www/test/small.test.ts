import type { LogRow, Mark } from "splitbrain";
import { describe, expect, test } from "vitest";
import { choicesFor, completed, parseOperation } from "../src/model/command.js";
import { cut, seconds, span, tickLabel, ticks } from "../src/model/format.js";
import { arc, segment, side } from "../src/model/geometry.js";
import { jump, lanes } from "../src/model/lanes.js";
import { divergent, latest, shorthand } from "../src/model/log-window.js";
import { declarations, EDGE, FILL, hue, ON_FILL, type Pair, PLAIN } from "../src/model/palette.js";
import { FASTEST, SLOWEST, speedLabel, speedOf, virtualFor } from "../src/model/speed.js";
import { marked } from "../src/model/unseen.js";
import { bytes, list } from "../src/model/words.js";

describe("typed operations", () => {
  test("each verb is read with its key and the rest of the line as value", () => {
    expect(parseOperation("put x 1")).toEqual({ do: "put", key: "x", value: "1" });
    expect(parseOperation("  get x ")).toEqual({ do: "get", key: "x" });
    expect(parseOperation("APPEND __proto__ two words")).toEqual({
      do: "append",
      key: "__proto__",
      value: "two words",
    });
    expect(parseOperation("cas x 1 two words")).toEqual({ do: "cas", key: "x", expected: "1", value: "two words" });
    expect(parseOperation("cas x nothing 1")).toEqual({ do: "cas", key: "x", expected: null, value: "1" });
    expect(parseOperation("delete x")).toEqual({ do: "delete", key: "x" });
  });
  test("a verb and a key are completed as far as all that could be meant agree", () => {
    const keys = ["name", "names", "x"];
    expect(choicesFor("", keys)).toEqual([]);
    expect(completed("ap", choicesFor("ap", keys))).toBe("append ");
    expect(completed("get n", choicesFor("get n", keys))).toBe("get name");
    expect(completed("get names", choicesFor("get names", keys))).toBe("get names ");
    expect(choicesFor("get ", keys)).toEqual(keys);
    expect(completed("get ", keys)).toBe("get ");
    expect(choicesFor("put x n", keys)).toEqual([]);
    expect(choicesFor("frobnicate n", keys)).toEqual([]);
    expect(completed("put x n", [])).toBe("put x n");
  });
  test("what cannot be meant is answered with an example", () => {
    for (const line of ["", "put", "put x", "get", "get x y", "delete", "delete x y", "cas x", "cas x 1"]) {
      expect(parseOperation(line)).toHaveProperty("error");
    }
  });
});

describe("speed", () => {
  test("the scale rises from a thousandth to ten", () => {
    expect(speedOf(SLOWEST)).toBe(1 / 1000);
    expect(speedOf(FASTEST)).toBe(10);
    for (let n = SLOWEST; n < FASTEST; n++) expect(speedOf(n + 1)).toBeGreaterThan(speedOf(n));
    expect(speedLabel(5)).toBe("1/20");
  });
  test("a tab that slept does not leap", () => {
    expect(virtualFor(16, FASTEST)).toBe(160_000);
    expect(virtualFor(60_000, FASTEST)).toBe(1_000_000);
    expect(virtualFor(-5, FASTEST)).toBe(0);
  });
});

describe("colours", () => {
  test("terms cycle, and the time before the first election is grey", () => {
    expect([0, 1, 6, 7, null].map(hue)).toEqual([0, 1, 6, 1, 0]);
  });
  test("every colour is declared for both themes", () => {
    expect(declarations()).toContain("--broken:light-dark(");
    expect(declarations()).toContain("--edge-6:light-dark(");
  });
  test("text has 4.5:1 against what it stands on, marks 3:1", () => {
    for (const theme of [0, 1] as const) {
      const against = (pair: Pair, ground: Pair) => contrast(pair[theme], ground[theme]);
      for (const ground of [PLAIN.ground, PLAIN.card]) {
        for (const text of [PLAIN.ink, PLAIN.soft, PLAIN.accent, PLAIN.good, PLAIN.hold, PLAIN.broken]) {
          expect(against(text, ground)).toBeGreaterThanOrEqual(4.5);
        }
        for (const edge of EDGE) expect(against(edge, ground)).toBeGreaterThanOrEqual(3);
      }
      FILL.forEach((fill, n) => {
        expect(against(ON_FILL[n] as Pair, fill)).toBeGreaterThanOrEqual(4.5);
      });
      expect(against(PLAIN["on-accent"], PLAIN.accent)).toBeGreaterThanOrEqual(4.5);
    }
  });
});

function contrast(a: string, b: string): number {
  const light = (hex: string) =>
    [1, 3, 5]
      .map((i) => Number.parseInt(hex.slice(i, i + 2), 16) / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
      .reduce((sum, c, i) => sum + c * ([0.2126, 0.7152, 0.0722][i] ?? 0), 0);
  const [high, low] = [light(a), light(b)].sort((x, y) => y - x) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

describe("numbers as people read them", () => {
  test("times and stretches", () => {
    expect(seconds(1_482_137)).toBe("1.482 s");
    expect([850, 3200, 212_000, 1_500_000, 75_000_000].map(span)).toEqual([
      "850 µs",
      "3.2 ms",
      "212 ms",
      "1.5 s",
      "75 s",
    ]);
  });
  test("lists, sizes and shortened text", () => {
    expect(list(["S1", "S2", "S3"])).toBe("S1, S2 and S3");
    expect([640, 12_000, 1_205_060].map(bytes)).toEqual(["640 B", "12 KB", "1.2 MB"]);
    expect(cut("candidate", 5)).toBe("cand…");
  });
  test("an axis has round ticks, not more than asked for", () => {
    for (const end of [1, 7, 500_000, 1_234_567, 3_600_000_000]) {
      expect(ticks(end, 8).length).toBeLessThanOrEqual(9);
    }
    expect(ticks(500_000, 5)).toEqual([0, 100_000, 200_000, 300_000, 400_000, 500_000]);
    expect(tickLabel(250_000, 500_000)).toBe("250 ms");
  });
});

describe("geometry", () => {
  test("an arc runs clockwise from the top", () => {
    expect(arc({ x: 0, y: 0 }, 10, 0.25)).toBe("M0 -10A10 10 0 0 1 10 0");
    expect(arc({ x: 0, y: 0 }, 10, 0.75)).toBe("M0 -10A10 10 0 1 1 -10 0");
  });
  test("a segment lies below its chord, and sides are opposite", () => {
    expect(segment({ x: 0, y: 0 }, 10, 6)).toBe("M-8 6A10 10 0 0 0 8 6Z");
    expect(Math.sign(side({ x: 0, y: 0 }, { x: 1, y: 0 }, { x: 0, y: 1 }))).toBe(1);
  });
});

const mark = (change: Partial<Mark>): Mark => ({
  at: 0,
  step: 0,
  kind: "role",
  node: 0,
  term: null,
  role: null,
  text: "",
  ...change,
});

describe("lanes", () => {
  test("a lane is cut where role or term changes, and nowhere else", () => {
    const found = lanes(
      [
        mark({ at: 10, role: "candidate", term: 1 }),
        mark({ at: 20, kind: "leader", role: "leader", term: 1 }),
        mark({ at: 25, kind: "commit", term: 1 }),
        mark({ at: 30, role: "leader", term: 1 }),
        mark({ at: 40, role: "down" }),
      ],
      2,
    );
    expect(found[0]?.map(({ from, to, role, term }) => [from, to, role, term])).toEqual([
      [0, 10, "follower", 0],
      [10, 20, "candidate", 1],
      [20, 40, "leader", 1],
      [40, null, "down", 1],
    ]);
    expect(found[1]).toHaveLength(1);
  });
  test("jumps go to the nearest mark of a kind, never to the one at hand", () => {
    const marks = [1, 4, 9].map((step) => mark({ step, kind: "election" }));
    expect(jump(marks, "election", 4, 1)?.step).toBe(9);
    expect(jump(marks, "election", 4, -1)?.step).toBe(1);
    expect(jump(marks, "commit", 4, 1)).toBeUndefined();
  });
});

describe("logs", () => {
  const row = (server: number, terms: number[], commitIndex = 0): LogRow => ({
    server,
    first: 1,
    lastIndex: terms.length,
    commitIndex,
    lastApplied: commitIndex,
    durableIndex: terms.length,
    entries: terms.map((term, i) => ({ index: i + 1, term, text: "", client: null, number: null })),
  });
  test("an entry that will not stand is found, whichever log is longer", () => {
    expect([...divergent([row(0, [1, 2]), row(1, [1, 1, 1, 1])])]).toEqual(["1:2"]);
  });
  test("a committed entry is the reference even against a later term", () => {
    expect([...divergent([row(0, [1, 1], 2), row(1, [1, 3])])]).toEqual(["1:2"]);
  });
  test("equal logs do not differ", () => {
    expect(divergent([row(0, [1, 1]), row(1, [1])]).size).toBe(0);
  });
  test("the window ends with the longest log; operations are written short", () => {
    expect([latest(3), latest(30)]).toEqual([1, 19]);
    expect(["put x 1", "append x ab", "get x", "no-op"].map(shorthand)).toEqual(["x=1", "x+ab", "x?", "no-op"]);
  });
});

test("what is not seen in code is marked, and nothing else", () => {
  for (const unseen of ["\u202e", "\u202a", "\u2068", "\u200b", "\u00ad", "\ufeff", "\u2028", "\u0000", "\u001b"])
    expect(marked(`a${unseen}b`), JSON.stringify(unseen)).toBe("a•b");
  expect(marked("// a\rb()")).toBe("// a•b()");
  const plain = "a\tb\r\nc é 🐋 العربية\n";
  expect(marked(plain)).toBe(plain);
});
