// The dashed line of a partition: drawn through the gaps of the ring between servers that cannot reach each other.
// It is found from the links that are cut now, so a replay, a link and a dialog draw the same line as the mouse did.

import { nothing, type SVGTemplateResult, svg } from "lit";
import { n, type Point, polar } from "../model/geometry.js";
import { gaps, groups } from "../model/partition.js";
import type { Scene } from "./scene.js";

export function drawPartition(scene: Scene): SVGTemplateResult | typeof nothing {
  const found = groups(scene.frame);
  if (found.length < 2) return nothing;
  const count = scene.frame.nodes.filter((node) => node.kind === "server").length;
  const { centre, r } = scene.layout.ring;
  const out = r + scene.layout.timerR * 0.9;
  const angles = gaps(found, count).map((i) => (2 * Math.PI * (i + 0.5)) / count);
  const lines =
    angles.length === 2
      ? [curve(centre, out, angles[0] as number, angles[1] as number)]
      : angles.map((angle) => spoke(centre, out, angle));
  return svg`<g class="partition">${lines.map((d) => svg`<path d=${d} />`)}</g>`;
}

/** From gap to gap, bending around the smaller side. */
function curve(centre: Point, r: number, a: number, b: number): string {
  const from = polar(centre, r, a);
  const to = polar(centre, r, b);
  const turn = b - a;
  const towards = turn <= Math.PI ? a + turn / 2 : b + (2 * Math.PI - turn) / 2;
  const apart = Math.min(turn, 2 * Math.PI - turn) / Math.PI;
  const bend = polar(centre, r * 0.55 * (1 - apart), towards);
  return `M${n(from.x)} ${n(from.y)}Q${n(bend.x)} ${n(bend.y)} ${n(to.x)} ${n(to.y)}`;
}

function spoke(centre: Point, r: number, angle: number): string {
  const from = polar(centre, r, angle);
  return `M${n(from.x)} ${n(from.y)}L${n(centre.x)} ${n(centre.y)}`;
}
