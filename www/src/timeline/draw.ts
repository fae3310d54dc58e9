// The timeline's picture: role lanes with term bands, commit ticks, faults and violations as marks, branches and now.

import type { Branch, Mark } from "splitbrain";
import { tickLabel, ticks } from "../model/format.js";
import { lanesOf } from "../model/lanes.js";
import { edge, fill, plain, type Theme } from "../model/palette.js";
import { blank } from "../style/canvas.js";

export interface Scale {
  /** Left and right end of the axis, in pixels. */
  readonly left: number;
  readonly right: number;
  /** Virtual time at the right end. */
  readonly end: number;
}

export const xOf = (scale: Scale, at: number): number =>
  scale.left + ((scale.right - scale.left) * at) / Math.max(1, scale.end);

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly scale: Scale;
  readonly servers: readonly string[];
  readonly marks: readonly Mark[];
  readonly branches: readonly Branch[];
  readonly now: number;
  /** How far this branch is known. */
  readonly known: number;
  readonly theme: Theme;
}

const FAULTS = 13;
const COMMITS = 12;
const AXIS = 16;

export function drawTimeline(canvas: HTMLCanvasElement, picture: Picture): void {
  const { width, height, theme } = picture;
  const ink = blank(canvas, width, height);
  if (!ink) return;
  ink.font = '11px system-ui, "Noto Sans", "DejaVu Sans", sans-serif';
  ink.textBaseline = "middle";

  const top = FAULTS + 4;
  const laneHeight = Math.max(5, Math.min(15, (height - top - COMMITS - AXIS) / Math.max(1, picture.servers.length)));
  drawLanes(ink, picture, top, laneHeight);
  const commits = top + laneHeight * picture.servers.length + COMMITS / 2 + 2;
  drawCommits(ink, picture, commits);
  drawFaults(ink, picture, top - 6);
  drawBranches(ink, picture, commits);
  drawAxis(ink, picture, height - AXIS / 2);

  const x = xOf(picture.scale, picture.now);
  ink.fillStyle = plain("accent", theme);
  ink.fillRect(x - 1, 2, 2, height - AXIS - 2);
}

function drawLanes(ink: CanvasRenderingContext2D, picture: Picture, top: number, laneHeight: number): void {
  const { scale, theme } = picture;
  lanesOf(picture.marks, picture.servers.length).forEach((lane, i) => {
    const y = top + laneHeight * (i + 0.5);
    ink.globalAlpha = 1;
    ink.textAlign = "right";
    ink.fillStyle = plain("soft", theme);
    ink.fillText(picture.servers[i] ?? "", scale.left - 12, y);
    for (const stretch of lane) {
      const from = xOf(scale, stretch.from);
      const to = xOf(scale, stretch.to ?? picture.known);
      const size = Math.max(0.8, to - from);
      if (stretch.role === "down") {
        ink.globalAlpha = 1;
        ink.fillStyle = plain("faint", theme);
        for (let x = from; x < to; x += 6) ink.fillRect(x, y - 0.5, Math.min(2, to - x), 1);
        continue;
      }
      const thick =
        stretch.role === "leader"
          ? laneHeight * 0.6
          : stretch.role === "candidate"
            ? laneHeight * 0.38
            : laneHeight * 0.24;
      ink.globalAlpha = stretch.role === "follower" ? 0.55 : 1;
      ink.fillStyle = (stretch.role === "leader" ? fill : edge)(stretch.term, theme);
      ink.beginPath();
      ink.roundRect(from, y - thick / 2, size, thick, Math.min(2, size / 2));
      ink.fill();
    }
  });
  ink.globalAlpha = 1;
}

function drawCommits(ink: CanvasRenderingContext2D, picture: Picture, y: number): void {
  const { scale, theme } = picture;
  ink.textAlign = "right";
  ink.fillStyle = plain("soft", theme);
  ink.fillText("commits", scale.left - 12, y);
  ink.fillStyle = plain("ink", theme);
  let last = -10;
  for (const mark of picture.marks) {
    if (mark.kind !== "commit") continue;
    const x = xOf(scale, mark.at);
    // Ticks nearer than two pixels would be a solid bar that says nothing more.
    if (x - last < 2) continue;
    ink.fillRect(x - 0.7, y - 3, 1.4, 6);
    last = x;
  }
}

function drawFaults(ink: CanvasRenderingContext2D, picture: Picture, y: number): void {
  const { scale, theme } = picture;
  const marks = picture.marks.filter(
    (mark) => mark.kind === "fault" || mark.kind === "violation" || mark.kind === "job",
  );
  ink.textAlign = "left";
  marks.forEach((mark, i) => {
    const x = xOf(scale, mark.at);
    ink.fillStyle = plain(mark.kind === "violation" ? "broken" : mark.kind === "job" ? "accent" : "hold", theme);
    ink.beginPath();
    if (mark.kind === "violation") {
      ink.rect(x - 4, y - 4, 8, 8);
    } else if (mark.kind === "job") {
      ink.arc(x, y, 3.5, 0, 2 * Math.PI);
    } else {
      ink.moveTo(x, y - 4);
      ink.lineTo(x + 4.5, y + 4);
      ink.lineTo(x - 4.5, y + 4);
    }
    ink.fill();
    // Its words only where they reach neither the next mark nor the edge.
    const next = marks[i + 1];
    const room = (next ? xOf(scale, next.at) - 6 : picture.width - 4) - (x + 8);
    const words = brief(mark.text);
    if (ink.measureText(words).width < room) ink.fillText(words, x + 8, y + 0.5);
  });
}

/** What was done, without its details: “You crashed S2, the leader of term 1.” becomes “crashed S2”. */
const brief = (text: string) => text.replace(/^You /, "").replace(/[,:.](\s.*)?$/, "");

/** Other branches, as dashed lines that leave this one where they forked. */
function drawBranches(ink: CanvasRenderingContext2D, picture: Picture, y: number): void {
  const { scale, theme } = picture;
  ink.strokeStyle = plain("faint", theme);
  ink.fillStyle = plain("soft", theme);
  ink.lineWidth = 1.4;
  ink.setLineDash([4, 4]);
  for (const branch of picture.branches) {
    if (branch.current || !branch.forkedAt) continue;
    const from = xOf(scale, branch.forkedAt.at);
    const to = Math.min(scale.right, Math.max(from + 24, xOf(scale, branch.end.at)));
    ink.beginPath();
    ink.moveTo(from, y - 8);
    ink.bezierCurveTo(from + 8, y + 6, from + 14, y + 6, from + 24, y + 6);
    ink.lineTo(to, y + 6);
    ink.stroke();
  }
  ink.setLineDash([]);
}

function drawAxis(ink: CanvasRenderingContext2D, picture: Picture, y: number): void {
  const { scale, theme, now } = picture;
  ink.fillStyle = plain("soft", theme);
  const here = xOf(scale, now);
  for (const at of ticks(scale.end, Math.max(2, (scale.right - scale.left) / 110))) {
    const x = xOf(scale, at);
    if (Math.abs(x - here) < 56) continue;
    ink.textAlign = at === 0 ? "left" : "center";
    ink.fillText(tickLabel(at, scale.end), x, y);
  }
  ink.fillStyle = plain("ink", theme);
  ink.font = `600 ${ink.font}`;
  ink.textAlign = "center";
  ink.fillText(`${(now / 1e6).toFixed(3)} s`, Math.min(Math.max(here, scale.left + 24), scale.right - 24), y);
}
