// Numbers as people read them.

/** A moment of virtual time: `1.482 s`. */
export const seconds = (micros: number): string => `${(micros / 1e6).toFixed(3)} s`;

/** A stretch of virtual time in the unit that suits it: `850 µs`, `3.2 ms`, `212 ms`, `1.5 s`. */
export function span(micros: number): string {
  if (micros < 1000) return `${Math.round(micros)} µs`;
  if (micros < 10_000) return `${trim(micros / 1000, 1)} ms`;
  if (micros < 1_000_000) return `${Math.round(micros / 1000)} ms`;
  return `${trim(micros / 1e6, micros < 10_000_000 ? 2 : 1)} s`;
}

export const trim = (value: number, digits: number) => String(Number(value.toFixed(digits)));

export const count = (n: number, one: string, many = `${one}s`): string =>
  `${n.toLocaleString("en")} ${n === 1 ? one : many}`;

/** A name as the engine spells it, in words: `leader-append-only` is `Leader append only`. */
export const inWords = (name: string): string => {
  const words = name.replaceAll(/[-_]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

/** At most `length` characters, the last one an ellipsis when something was left out. */
export const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;

/** Round ticks for an axis from 0 to `end` microseconds, at most `most` of them. */
export function ticks(end: number, most: number): number[] {
  const rough = Math.max(end, 1) / Math.max(most, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const every = ([1, 2, 5, 10].find((m) => m * power >= rough) ?? 10) * power;
  const out: number[] = [];
  for (let at = 0; at <= end; at += every) out.push(at);
  return out;
}

/** A tick's label: whole or fractional seconds, milliseconds below. */
export const tickLabel = (micros: number, end: number): string =>
  end < 1_000_000 ? `${Math.round(micros / 1000)} ms` : `${trim(micros / 1e6, 3)} s`;
