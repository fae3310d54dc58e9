// Partitions: how a line drawn across the stage splits the servers, and how the links that are cut now group them.

import type { Frame, NodeId } from "splitbrain";
import { type Point, polar, side } from "./geometry.js";

export interface Placed {
  readonly id: NodeId;
  readonly at: Point;
}

/** The two groups on either side of the line through `from` and `to`; null when all stand on one side. */
export function split(from: Point, to: Point, servers: readonly Placed[]): [NodeId[], NodeId[]] | null {
  const left: NodeId[] = [];
  const right: NodeId[] = [];
  for (const server of servers) (side(from, to, server.at) < 0 ? left : right).push(server.id);
  return left.length > 0 && right.length > 0 ? [left, right] : null;
}

/** The servers in groups that cannot speak to each other in either direction, in order of their smallest number. */
export function groups(frame: Pick<Frame, "nodes" | "links">): NodeId[][] {
  const servers = frame.nodes.filter((node) => node.kind === "server").map((node) => node.id);
  const cut = new Set(frame.links.filter((link) => link.state === "cut").map((link) => `${link.from}>${link.to}`));
  const apart = (a: NodeId, b: NodeId) => cut.has(`${a}>${b}`) && cut.has(`${b}>${a}`);
  const left = new Set(servers);
  const found: NodeId[][] = [];
  for (const first of servers) {
    if (!left.delete(first)) continue;
    const group = [first];
    for (let i = 0; i < group.length; i++) {
      for (const other of left) {
        if (apart(group[i] as NodeId, other)) continue;
        left.delete(other);
        group.push(other);
      }
    }
    found.push(group.sort((a, b) => a - b));
  }
  return found;
}

/**
 * The gaps of the ring where neighbours belong to different groups, as the numbers of the servers before each gap.
 * `count` servers stand on the ring in order.
 */
export function gaps(found: readonly (readonly NodeId[])[], count: number): number[] {
  const groupOf = new Map(found.flatMap((group, g) => group.map((id) => [id, g] as const)));
  const out: number[] = [];
  if (count < 2) return out;
  for (let i = 0; i < count; i++) if (groupOf.get(i) !== groupOf.get((i + 1) % count)) out.push(i);
  return out;
}

/**
 * Where a curve from angle `a` to angle `b`, `out` from the centre of a ring, is pulled to (the control point of a quadratic
 * curve) so that it bends around the smaller side and keeps clear of `clear` around the servers that stand on the ring there.
 */
export function bend(ring: { centre: Point; r: number }, out: number, clear: number, a: number, b: number): Point {
  const turn = b - a;
  const half = Math.min(turn, 2 * Math.PI - turn) / 2;
  const towards = turn <= Math.PI ? a + turn / 2 : b + (2 * Math.PI - turn) / 2;
  const round = ring.r * 0.1 * (1 - (2 * half) / Math.PI);
  // Half-way along, the curve is half as far out as its ends and half as its control point.
  const inside = 2 * (ring.r - clear - 8) - out * Math.cos(half);
  return polar(ring.centre, Math.min(round, inside), towards);
}
