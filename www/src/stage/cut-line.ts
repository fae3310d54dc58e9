// The dashed line of a partition: drawn through the gaps of the ring between servers that cannot reach each other.
// It is found from the links that are cut now, so a replay, a link and a dialog draw the same line as the mouse did.
// A line between two sides can be taken and dragged elsewhere. Comes when something is cut first, or about to be.

import { nothing, type SVGTemplateResult, svg } from "lit";
import type { Action, Frame, NodeId } from "splitbrain";
import { nameIn } from "../engine/view.js";
import { count } from "../model/format.js";
import { type Line, n, type Point, polar } from "../model/geometry.js";
import { bend, gaps, groups, split } from "../model/partition.js";
import { list } from "../model/words.js";
import type { Scene } from "./scene.js";

/** What is cut, in words. */
export function cutInWords(frame: Frame): string {
  const found = groups(frame);
  const names = (ids: readonly NodeId[]) => ids.map((id) => nameIn(frame, id)).join(" ");
  return found.length > 1
    ? `Partition: ${found.map(names).join(" | ")}`
    : `${count(frame.links.length, "link direction")} not open`;
}

/** What a stroke across the stage means, or (`line`) a partition's line that was dragged; and how it is said. */
export function strokeMeans(
  scene: Scene,
  stroke: Line & { readonly line: boolean },
): { readonly actions: Action[]; readonly told: string } | null {
  const by = { x: stroke.to.x - stroke.from.x, y: stroke.to.y - stroke.from.y };
  const servers = scene.frame.nodes
    .filter((node) => node.kind === "server")
    .map((node) => ({ id: node.id, at: scene.layout.at.get(node.id) as Point }));
  const old = stroke.line ? chord(scene) : null;
  const shifted = (at: Point): Point => ({ x: at.x + by.x, y: at.y + by.y });
  const sides = old ? split(shifted(old.from), shifted(old.to), servers) : split(stroke.from, stroke.to, servers);
  if (sides) {
    const names = sides.map((ids) => list(ids.map((id) => nameIn(scene.frame, id))));
    return { actions: [{ do: "partition", groups: sides }], told: `Partition: ${names.join(" apart from ")}` };
  }
  if (!stroke.line) return null;
  return { actions: [{ do: "heal" }], told: "The partition is dragged off the ring: every link is open" };
}

/** The straight line that parts the servers as a partition in force does; null unless it has two sides of neighbours. */
function chord(scene: Scene): Line | null {
  const angles = parted(scene);
  if (angles.length !== 2) return null;
  const { centre, r } = scene.layout.ring;
  return { from: polar(centre, r, angles[0] as number), to: polar(centre, r, angles[1] as number) };
}

/** `moved` by how far a hand has dragged it. */
export function drawPartition(scene: Scene, moved: Point | null): SVGTemplateResult | typeof nothing {
  const angles = parted(scene);
  if (angles.length === 0) return nothing;
  const { centre, r } = scene.layout.ring;
  const { timerR } = scene.layout;
  const out = r + timerR * 0.9;
  if (angles.length !== 2)
    return svg`<g class="partition">${angles.map((angle) => svg`<path d=${spoke(centre, out, angle)} />`)}</g>`;
  const [a, b] = angles as [number, number];
  const from = polar(centre, out, a);
  const to = polar(centre, out, b);
  const via = bend({ centre, r }, out, timerR, a, b);
  const d = `M${n(from.x)} ${n(from.y)}Q${n(via.x)} ${n(via.y)} ${n(to.x)} ${n(to.y)}`;
  const shift = moved ? `translate(${n(moved.x)} ${n(moved.y)})` : nothing;
  return svg`<g class="partition" transform=${shift}><path class="grip" d=${d}><title>Drag to part the servers elsewhere; drag it off the ring to heal</title></path><path d=${d} /></g>`;
}

/** The angles of the gaps of the ring that a partition in force runs through. */
function parted(scene: Scene): number[] {
  const found = groups(scene.frame);
  if (found.length < 2) return [];
  const count = scene.frame.nodes.filter((node) => node.kind === "server").length;
  return gaps(found, count).map((i) => (2 * Math.PI * (i + 0.5)) / count);
}

function spoke(centre: Point, r: number, angle: number): string {
  const from = polar(centre, r, angle);
  return `M${n(from.x)} ${n(from.y)}L${n(centre.x)} ${n(centre.y)}`;
}
