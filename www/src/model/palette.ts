// Colours, in one place: the stylesheet and the canvas layers take them from here, so a term has one colour in
// the stage, the logs and the timeline. Okabe and Ito's colour-blind-safe set, darkened where white text must stand on it.

/** A colour in the light and in the dark theme. */
export type Pair = readonly [light: string, dark: string];
export type Theme = "light" | "dark";

/** How many colours terms cycle through; 0 is the grey of term 0, before the first election. */
export const HUES = 6;

/** The colour number of a term: term 0 is grey, then the cycle. */
export const hue = (term: number | null): number => (term === null || term <= 0 ? 0 : ((term - 1) % HUES) + 1);

/** What fills a shape of a term. */
export const FILL: readonly Pair[] = [
  ["#6b6e75", "#5b626d"],
  ["#0069a6", "#0069a6"],
  ["#007f5f", "#007f5f"],
  ["#a84d84", "#a84d84"],
  ["#e69f00", "#e69f00"],
  ["#56b4e9", "#56b4e9"],
  ["#7656a3", "#7656a3"],
];

/** Lines and outlines of a term: at least 3:1 against the ground in either theme. */
export const EDGE: readonly Pair[] = [
  ["#7b7e85", "#8b929d"],
  ["#0069a6", "#3d9ad1"],
  ["#007f5f", "#1fa886"],
  ["#a84d84", "#cf76ae"],
  ["#ad7800", "#e69f00"],
  ["#2b86bb", "#56b4e9"],
  ["#7656a3", "#a387d0"],
];

/** Text that stands on a fill. */
export const ON_FILL: readonly Pair[] = [
  ["#ffffff", "#ffffff"],
  ["#ffffff", "#ffffff"],
  ["#ffffff", "#ffffff"],
  ["#ffffff", "#ffffff"],
  ["#1d2025", "#1d2025"],
  ["#1d2025", "#1d2025"],
  ["#ffffff", "#ffffff"],
];

/** Everything that is not a term. `broken` means violated safety and nothing else; `hold` what a person did to the network. */
export const PLAIN = {
  ground: ["#f6f5f1", "#14161a"],
  card: ["#ffffff", "#1b1e24"],
  sunk: ["#efede7", "#111317"],
  line: ["#dedbd2", "#2f353f"],
  ink: ["#1d2025", "#e9e7e2"],
  soft: ["#63666c", "#9fa5af"],
  faint: ["#aeaba2", "#565d69"],
  accent: ["#0b5fa5", "#6fb6f2"],
  "on-accent": ["#ffffff", "#0d1117"],
  good: ["#00704f", "#35c79b"],
  hold: ["#7d6200", "#e6c54a"],
  broken: ["#c24a00", "#ff7a2e"],
} as const satisfies Record<string, Pair>;

export const pick = (pair: Pair, theme: Theme): string => pair[theme === "light" ? 0 : 1];
const ofTerm = (colours: readonly Pair[], term: number | null, theme: Theme): string =>
  pick(colours[hue(term)] ?? PLAIN.soft, theme);
/** A term's colours for a canvas: inside a shape, along its edge, and text upon it. */
export const fill = (term: number | null, theme: Theme): string => ofTerm(FILL, term, theme);
export const edge = (term: number | null, theme: Theme): string => ofTerm(EDGE, term, theme);
export const onFill = (term: number | null, theme: Theme): string => ofTerm(ON_FILL, term, theme);
export const plain = (name: keyof typeof PLAIN, theme: Theme): string => pick(PLAIN[name], theme);

/** The colours as custom properties for a stylesheet, each following the colour scheme in force. */
export function declarations(): string {
  const one = (name: string, [light, dark]: Pair) => `--${name}:light-dark(${light},${dark});`;
  return [
    ...Object.entries(PLAIN).map(([name, pair]) => one(name, pair)),
    ...FILL.map((pair, n) => one(`fill-${n}`, pair)),
    ...EDGE.map((pair, n) => one(`edge-${n}`, pair)),
    ...ON_FILL.map((pair, n) => one(`on-${n}`, pair)),
  ].join("");
}
