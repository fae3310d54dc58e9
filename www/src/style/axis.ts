// The axis of time under a chart of bars.

import { ticksIn } from "../model/history.js";
import { plain, type Theme } from "../model/palette.js";

/** Room between two ticks, at least. */
const APART = 80;

export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly width: number;
  readonly theme: Theme;
  readonly tick: (at: number) => string;
}

/** Draws it at height `y`, right of the `labels` pixels that names take; `x` is the place of a time. */
export function drawAxis(
  ink: CanvasRenderingContext2D,
  { from, to, width, theme, tick }: Axis,
  y: number,
  labels: number,
  x: (at: number) => number,
): void {
  ink.fillStyle = plain("line", theme);
  ink.fillRect(labels - 6, y, width - labels, 1);
  ink.font = '11px system-ui, "Noto Sans", "DejaVu Sans", sans-serif';
  ink.fillStyle = plain("soft", theme);
  ink.textAlign = "center";
  for (const at of ticksIn(from, to, (width - labels) / APART)) {
    const place = x(at);
    if (place < labels + 6 || place > width - 20) continue;
    ink.fillRect(place - 0.5, y, 1, 4);
    ink.fillText(tick(at), place, y + 13);
  }
}
