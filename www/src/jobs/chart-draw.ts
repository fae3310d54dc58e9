// The picture of a job's attempts: a pure drawing of what is in the window. A map is a block and a reduce a pill; how each ended
// and why there is more than one attempt is a sign; colour only repeats it.

import type { Attempt } from "splitbrain/jobs";
import { reasonOf, signOf } from "../model/gantt.js";
import { type Bar, firstUntil, type Lane } from "../model/history.js";
import { fill, onFill, plain, type Theme } from "../model/palette.js";
import { drawAxis } from "../style/axis.js";
import { blank } from "../style/canvas.js";

export const LANE = 26;
export const AXIS = 22;
export const LABELS = 46;
const BAR = 19;
/** Narrower bars carry no text. */
const READABLE = 15;
/** About how wide a sign is: measuring hundreds of them in every picture costs more than drawing them. */
const LETTER = 7.2;

export interface Crash {
  readonly at: number;
  /** The worker, or null for the coordinator. */
  readonly worker: number | null;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly attempts: readonly Attempt[];
  /** Of each, which one at its task it is, from 1. */
  readonly ordinals: readonly number[];
  readonly lanes: readonly Lane[];
  readonly crashes: readonly Crash[];
  readonly from: number;
  readonly to: number;
  readonly now: number;
  readonly chosen: number | null;
  readonly name: (worker: number) => string;
  readonly tick: (at: number) => string;
  readonly theme: Theme;
}

type Scale = Pick<Picture, "width" | "from" | "to">;

export const xOf = ({ width, from, to }: Scale, at: number): number =>
  LABELS + ((width - LABELS - 8) * (at - from)) / Math.max(1, to - from);

export const timeAt = ({ width, from, to }: Scale, x: number): number =>
  from + ((x - LABELS) * (to - from)) / Math.max(1, width - LABELS - 8);

export function drawAttempts(canvas: HTMLCanvasElement, picture: Picture): void {
  const ink = blank(canvas, picture.width, picture.height);
  if (!ink) return;
  ink.textBaseline = "middle";
  drawAxis(ink, picture, picture.height - AXIS, LABELS, (at) => xOf(picture, at));
  drawLabels(ink, picture);
  ink.save();
  ink.beginPath();
  ink.rect(LABELS - 6, 0, picture.width - LABELS + 6, picture.height - AXIS + 4);
  ink.clip();
  // What is chosen comes last, so that nothing covers its outline.
  let chosen: [Bar, number] | null = null;
  picture.lanes.forEach((lane, row) => {
    let painted = Number.NEGATIVE_INFINITY;
    for (let i = firstUntil(lane.bars, picture.from); i < lane.bars.length; i++) {
      const bar = lane.bars[i];
      if (!bar || bar.from > picture.to) break;
      if (bar.place === picture.chosen) chosen = [bar, row];
      const right = xOf(picture, Math.min(bar.to, picture.to));
      // Bars that fall on one pixel are drawn once, unless something is to be said of one.
      if (right - painted < 0.7 && signOf(picture.attempts[bar.place] as Attempt) === "✓") continue;
      painted = right;
      drawBar(ink, picture, bar, row);
    }
  });
  if (chosen) drawChosen(ink, picture, ...(chosen as [Bar, number]));
  drawCrashes(ink, picture);
  drawNow(ink, picture);
  ink.restore();
}

const topOf = (row: number): number => row * LANE + (LANE - BAR) / 2;

/** Where a bar is drawn: what still runs ends now. */
function boxOf(picture: Picture, bar: Bar, row: number) {
  const attempt = picture.attempts[bar.place] as Attempt;
  const left = xOf(picture, bar.from);
  const right = xOf(picture, Math.min(bar.to, Math.max(bar.from, picture.now)));
  const width = Math.max(2.5, right - left - 1);
  // Reduces are lower, and round at both ends.
  const less = attempt.phase === "reduce" ? 3 : 0;
  const height = BAR - 2 * less;
  const radius = attempt.phase === "reduce" ? Math.min(height, width) / 2 : Math.min(2.5, width / 2);
  return { attempt, left, width, top: topOf(row) + less, height, radius };
}

const TERM: Partial<Record<Attempt["end"], number>> = { committed: 2, running: 4 };

function drawBar(ink: CanvasRenderingContext2D, picture: Picture, bar: Bar, row: number): void {
  const { attempt, left, width, top, height, radius } = boxOf(picture, bar, row);
  const { theme } = picture;
  const term = TERM[attempt.end];
  // What is known of a later time than the one shown.
  ink.globalAlpha = bar.from > picture.now ? 0.35 : 1;
  ink.beginPath();
  ink.roundRect(left, top, width, height, radius);
  ink.fillStyle = term === undefined ? plain("card", theme) : fill(term, theme);
  ink.fill();
  if (term === undefined) {
    const bad = attempt.end === "failed" || attempt.end === "crashed";
    const colour = plain(bad ? "hold" : "soft", theme);
    if (!bad) hatch(ink, left, top, width, height, colour);
    ink.strokeStyle = colour;
    ink.lineWidth = 1.4;
    ink.setLineDash(attempt.end === "lost" ? [3, 2.5] : []);
    ink.beginPath();
    ink.roundRect(left + 0.7, top + 0.7, Math.max(1.2, width - 1.4), height - 1.4, radius);
    ink.stroke();
    ink.setLineDash([]);
  }
  if (attempt.overdueAt !== null) {
    const x = xOf(picture, attempt.overdueAt);
    if (x <= left + width + 1) {
      ink.fillStyle = plain("ink", theme);
      ink.fillRect(x - 0.75, top - 3, 1.5, height + 6);
    }
  }
  const reason = reasonOf(attempt, picture.ordinals[bar.place] ?? 1);
  drawSigns(ink, picture, attempt, reason, left, width, top + height / 2, term);
  ink.globalAlpha = 1;
}

function drawSigns(
  ink: CanvasRenderingContext2D,
  { theme }: Picture,
  attempt: Attempt,
  reason: string,
  left: number,
  width: number,
  y: number,
  term: number | undefined,
): void {
  const sign = attempt.end === "committed" || attempt.end === "running" ? "" : signOf(attempt);
  const number = String(attempt.number + 1);
  ink.font = '600 11px system-ui, "Noto Sans", "DejaVu Sans", sans-serif';
  ink.textAlign = "center";
  const choices = [`${reason}${number}${sign && ` ${sign}`}`, `${reason}${sign}`, sign || reason, reason || sign];
  const fits = choices.find((text) => text !== "" && text.length * LETTER + 5 <= width);
  if (fits && width >= READABLE) {
    ink.fillStyle = term === undefined ? plain("ink", theme) : onFill(term, theme);
    ink.fillText(fits, left + width / 2, y + 0.5);
    return;
  }
  const must = sign || reason;
  if (must === "") return;
  // Too narrow to write in: the sign stands over the bar, on a ground of its own.
  const x = left + width / 2;
  ink.fillStyle = plain("card", theme);
  ink.beginPath();
  ink.arc(x, y, 7, 0, 2 * Math.PI);
  ink.fill();
  ink.strokeStyle = plain("soft", theme);
  ink.lineWidth = 1;
  ink.stroke();
  ink.fillStyle = plain("ink", theme);
  ink.fillText(must, x, y + 0.5);
}

function hatch(
  ink: CanvasRenderingContext2D,
  left: number,
  top: number,
  width: number,
  height: number,
  colour: string,
) {
  ink.save();
  ink.clip();
  ink.strokeStyle = colour;
  ink.lineWidth = 1;
  ink.globalAlpha *= 0.55;
  ink.beginPath();
  for (let x = left - height; x < left + width; x += 5) {
    ink.moveTo(x, top + height);
    ink.lineTo(x + height, top);
  }
  ink.stroke();
  ink.restore();
}

function drawChosen(ink: CanvasRenderingContext2D, picture: Picture, bar: Bar, row: number): void {
  const { left, width, top, height, radius } = boxOf(picture, bar, row);
  drawBar(ink, picture, bar, row);
  ink.beginPath();
  ink.roundRect(left - 2, top - 2, width + 4, height + 4, radius + 2);
  ink.strokeStyle = plain("accent", picture.theme);
  ink.lineWidth = 2;
  ink.stroke();
}

/** A worker's crash as a mark in its lane, the coordinator's as a line through all of them. */
function drawCrashes(ink: CanvasRenderingContext2D, picture: Picture): void {
  const bottom = picture.lanes.length * LANE;
  const colour = plain("hold", picture.theme);
  ink.font = '700 12px system-ui, "Noto Sans", "DejaVu Sans", sans-serif';
  ink.textAlign = "center";
  for (const { at, worker } of picture.crashes) {
    if (at < picture.from || at > picture.to) continue;
    const x = xOf(picture, at);
    const row = picture.lanes.findIndex(({ process }) => process === worker);
    ink.fillStyle = colour;
    ink.strokeStyle = colour;
    ink.lineWidth = 1.5;
    ink.setLineDash([4, 3]);
    ink.beginPath();
    ink.moveTo(x, worker === null ? 0 : row * LANE);
    ink.lineTo(x, worker === null ? bottom : (row + 1) * LANE);
    ink.stroke();
    ink.setLineDash([]);
    if (worker !== null && row < 0) continue;
    ink.beginPath();
    const top = worker === null ? 0 : row * LANE;
    ink.moveTo(x - 5, top);
    ink.lineTo(x + 5, top);
    ink.lineTo(x, top + 7);
    ink.fill();
    if (worker === null) ink.fillText("J", Math.min(picture.width - 12, x + 10), 7);
  }
}

function drawNow(ink: CanvasRenderingContext2D, picture: Picture): void {
  if (picture.now > picture.to) return;
  ink.fillStyle = plain("accent", picture.theme);
  ink.fillRect(xOf(picture, picture.now) - 0.75, 0, 1.5, picture.height - AXIS);
}

function drawLabels(ink: CanvasRenderingContext2D, picture: Picture): void {
  ink.font = '600 12px system-ui, "Noto Sans", "DejaVu Sans", sans-serif';
  ink.textAlign = "left";
  picture.lanes.forEach((lane, row) => {
    const y = topOf(row) + BAR / 2;
    ink.fillStyle = plain("line", picture.theme);
    ink.fillRect(LABELS - 6, y - 0.5, picture.width - LABELS, 1);
    if (picture.lanes[row - 1]?.process === lane.process) return;
    ink.fillStyle = plain("ink", picture.theme);
    ink.fillText(picture.name(lane.process), 0, y, LABELS - 10);
  });
}
