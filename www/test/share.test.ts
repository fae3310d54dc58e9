import { expect, test } from "vitest";
import { decode, encode, LARGEST_SCRIPT, LONGEST_CODE } from "../src/model/share.js";

test("a script comes back from its code as it was", async () => {
  const script = JSON.stringify({
    version: 1,
    actions: [{ do: "put", key: "__proto__", value: "é 🐋 — ".repeat(200) }],
  });
  const code = await encode(script);
  expect(code).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(code.length).toBeLessThan(script.length);
  expect(await decode(code)).toBe(script);
});

test("damaged codes are told from good ones, in a sentence", async () => {
  const code = await encode('{"version":1}');
  for (const bad of ["", "%%%", "a b", `${code.slice(0, -4)}`, "AAAA", `x${code}`]) {
    await expect(decode(bad)).rejects.toThrow(/damaged/);
  }
});

test("a code longer than any link is refused before it is unpacked", async () => {
  await expect(decode("A".repeat(LONGEST_CODE + 1))).rejects.toThrow(/longer/);
});

test("a small code that inflates without end is stopped", async () => {
  const zeros = new Blob([new Uint8Array(20_000_000)]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const packed = new Uint8Array(await new Response(zeros).arrayBuffer());
  const bomb = btoa(String.fromCharCode(...packed))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
  expect(bomb.length).toBeLessThan(LONGEST_CODE);
  await expect(decode(bomb)).rejects.toThrow(/larger/);
});

test("a run that would not fit is refused with what to do instead", async () => {
  const noise = Array.from({ length: 90_000 }, (_, i) => ((i * 2654435761) >>> 7).toString(36)).join("");
  await expect(encode(noise)).rejects.toThrow(/file/);
});

test("no link is made that would be refused where it is opened", async () => {
  await expect(encode(`"${"a".repeat(LARGEST_SCRIPT)}"`)).rejects.toThrow(/file/);
});
