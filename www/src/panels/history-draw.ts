// The picture of a history: a pure drawing of what is in the window. Bars that fall on one pixel are drawn once, so a picture costs
// what fits into it, however long the history is.

import type { HistoryOperation } from "splitbrain/labs";
import { type Bar, firstUntil, type Lane, type Standings } from "../model/history.js";
import { plain, type Theme } from "../model/palette.js";
import { drawAxis } from "../style/axis.js";
import { blank } from "../style/canvas.js";

export const LANE = 28;
export const AXIS = 22;
export const LABELS = 46;
const BAR = 20;

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly operations: readonly HistoryOperation[];
  readonly lanes: readonly Lane[];
  readonly standings: Standings;
  /** Operations of one order with the times of their points, to be joined by a line. */
  readonly line: { readonly order: readonly number[]; readonly points: readonly number[] };
  /** Where each operation's lane is. */
  readonly laneOf: ReadonlyMap<number, number>;
  readonly from: number;
  readonly to: number;
  /** How far the lanes are scrolled, in pixels. */
  readonly top: number;
  readonly chosen: number | null;
  readonly now: number | null;
  readonly name: (process: number) => string;
  readonly tick: (at: number) => string;
  readonly theme: Theme;
}

export const xOf = (picture: Pick<Picture, "width" | "from" | "to">, at: number): number =>
  LABELS + ((picture.width - LABELS - 6) * (at - picture.from)) / Math.max(1e-9, picture.to - picture.from);

export const timeAt = (picture: Pick<Picture, "width" | "from" | "to">, x: number): number =>
  picture.from + ((x - LABELS) * (picture.to - picture.from)) / Math.max(1, picture.width - LABELS - 6);

export function drawHistory(canvas: HTMLCanvasElement, picture: Picture): void {
  const { width, height, theme } = picture;
  const ink = blank(canvas, width, height);
  if (!ink) return;
  ink.textBaseline = "middle";
  drawAxis(ink, picture, picture.height - AXIS, LABELS, (at) => xOf(picture, at));

  ink.save();
  ink.beginPath();
  ink.rect(0, 0, width, height - AXIS);
  ink.clip();
  const first = Math.max(0, Math.floor(picture.top / LANE));
  const last = Math.min(picture.lanes.length, Math.ceil((picture.top + height - AXIS) / LANE));
  drawLabels(ink, picture, first, last);
  ink.beginPath();
  ink.rect(LABELS - 6, 0, width - LABELS + 6, height - AXIS);
  ink.clip();
  // What is wrong comes last, over whatever is drawn on the same pixels.
  const wrong: [Bar, number][] = [];
  for (let i = first; i < last; i++) drawLane(ink, picture, i, wrong);
  drawLine(ink, picture);
  for (const [bar, y] of wrong) drawBar(ink, picture, bar, y);
  if (picture.now !== null) {
    ink.fillStyle = plain("accent", theme);
    ink.fillRect(xOf(picture, picture.now) - 0.75, 0, 1.5, height - AXIS);
  }
  ink.restore();
}

const yOf = (picture: Picture, lane: number): number => lane * LANE - picture.top + (LANE - BAR) / 2;

function drawLabels(ink: CanvasRenderingContext2D, picture: Picture, first: number, last: number): void {
  ink.font = '600 12px system-ui, "Noto Sans", "DejaVu Sans", sans-serif';
  ink.textAlign = "left";
  for (let i = first; i < last; i++) {
    const y = yOf(picture, i) + BAR / 2;
    ink.fillStyle = plain("line", picture.theme);
    ink.fillRect(LABELS - 6, y - 0.5, picture.width - LABELS, 1);
    const process = picture.lanes[i]?.process ?? 0;
    if (picture.lanes[i - 1]?.process === process) continue;
    ink.fillStyle = plain("ink", picture.theme);
    ink.fillText(picture.name(process), 0, y, LABELS - 10);
  }
}

function drawLane(ink: CanvasRenderingContext2D, picture: Picture, lane: number, wrong: [Bar, number][]): void {
  const bars = picture.lanes[lane]?.bars ?? [];
  const y = yOf(picture, lane);
  let painted = Number.NEGATIVE_INFINITY;
  for (let i = firstUntil(bars, picture.from); i < bars.length; i++) {
    const bar = bars[i];
    if (!bar || bar.from > picture.to) break;
    const standing = picture.standings.standings[bar.place];
    if (standing === "blamed" || standing === "unplaced" || bar.place === picture.chosen) {
      wrong.push([bar, y]);
      continue;
    }
    const right = xOf(picture, Math.min(bar.to, picture.to));
    if (right - painted < 0.7) continue;
    painted = right;
    drawBar(ink, picture, bar, y);
  }
}

function drawBar(ink: CanvasRenderingContext2D, picture: Picture, bar: Bar, y: number): void {
  const { theme, standings } = picture;
  const operation = picture.operations[bar.place];
  if (!operation) return;
  const standing = standings.standings[bar.place];
  const endless = bar.to === Number.POSITIVE_INFINITY;
  const left = Math.max(LABELS - 20, xOf(picture, bar.from));
  const right = Math.min(picture.width + 20, endless ? picture.width + 20 : xOf(picture, bar.to));
  const width = Math.max(1.5, right - left);
  const bad = standing === "blamed" || standing === "unplaced";
  ink.globalAlpha = standing === "open" && standings.numbers.length > 0 ? 0.72 : 1;
  if (width < 5) {
    ink.fillStyle = plain(bad ? "broken" : "soft", theme);
    ink.fillRect(left, y, width, BAR);
    if (bad) sign(ink, left + width / 2, y - 1, theme);
    ink.globalAlpha = 1;
    return;
  }
  ink.beginPath();
  ink.roundRect(left + 0.75, y + 0.75, Math.max(1, width - 1.5), BAR - 1.5, 4);
  ink.fillStyle = plain(standing === "blamed" ? "broken" : operation.reads ? "card" : "line", theme);
  ink.fill();
  ink.strokeStyle = plain(bad ? "broken" : "soft", theme);
  ink.lineWidth = bad ? 2 : 1.2;
  ink.setLineDash(endless || standing === "unplaced" ? [5, 3] : []);
  ink.stroke();
  ink.setLineDash([]);
  if (bar.place === picture.chosen) {
    ink.beginPath();
    ink.roundRect(left - 2, y - 2, width + 4, BAR + 4, 6);
    ink.strokeStyle = plain("accent", theme);
    ink.lineWidth = 2;
    ink.stroke();
  }
  write(ink, picture, bar.place, Math.max(left, LABELS - 4) + 5, right - 3, y + BAR / 2);
  ink.globalAlpha = 1;
}

/** What was done, with its number in the order, as far as there is room. */
function write(ink: CanvasRenderingContext2D, picture: Picture, place: number, left: number, right: number, y: number) {
  const operation = picture.operations[place];
  const room = right - left;
  if (!operation || room < 12) return;
  const standing = picture.standings.standings[place];
  ink.textAlign = "left";
  ink.fillStyle = plain(standing === "blamed" ? "card" : "ink", picture.theme);
  ink.font = '11px ui-monospace, "DejaVu Sans Mono", monospace';
  const number = picture.standings.numbers[place];
  const mark = standing === "blamed" || standing === "unplaced" ? "✕ " : number === null ? "" : `${number}· `;
  const words = `${mark}${operation.text}`;
  const fits = Math.floor(room / 6.7);
  if (fits >= words.length) ink.fillText(words, left, y);
  else if (fits >= Math.max(5, mark.length + 3)) ink.fillText(`${words.slice(0, fits - 1)}…`, left, y);
  else if (mark && fits >= mark.length - 1) ink.fillText(mark.trim().replace("·", ""), left, y);
}

/** The sign of a bar too narrow for words. */
function sign(ink: CanvasRenderingContext2D, x: number, y: number, theme: Theme): void {
  ink.fillStyle = plain("broken", theme);
  ink.font = "700 11px system-ui, sans-serif";
  ink.textAlign = "center";
  ink.fillText("✕", x, y - 4);
}

/** Through the points of the order that are in the window, and one beyond at either side. */
function drawLine(ink: CanvasRenderingContext2D, picture: Picture): void {
  const { order, points } = picture.line;
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle] ?? 0) < picture.from) low = middle + 1;
    else high = middle;
  }
  ink.strokeStyle = plain("accent", picture.theme);
  ink.fillStyle = plain("accent", picture.theme);
  ink.lineWidth = 1.4;
  ink.lineJoin = "round";
  ink.beginPath();
  const dots: [number, number][] = [];
  for (let i = Math.max(0, low - 1); i < order.length; i++) {
    const at = points[i] ?? 0;
    const x = xOf(picture, at);
    const y = yOf(picture, picture.laneOf.get(order[i] ?? -1) ?? 0) + BAR + 1;
    ink.lineTo(x, y);
    const before = dots.at(-1);
    if (!before || Math.abs(before[0] - x) > 1 || before[1] !== y) dots.push([x, y]);
    if (at > picture.to || dots.length > 4000) break;
  }
  ink.globalAlpha = 0.65;
  ink.stroke();
  ink.globalAlpha = 1;
  if (dots.length > 600) return;
  for (const [x, y] of dots) {
    ink.beginPath();
    ink.arc(x, y, 3, 0, 2 * Math.PI);
    ink.fill();
  }
}
