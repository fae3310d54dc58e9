// The links between nodes, each direction on its own, as a frame has them.

import type { Frame, NodeId } from "splitbrain";

export interface Pair {
  readonly a: NodeId;
  readonly b: NodeId;
}

export type Gate = "open" | "cut" | "hold";

/** What one direction of a link does. */
export const stateOf = (frame: Pick<Frame, "links">, from: NodeId, to: NodeId): Gate =>
  frame.links.find((link) => link.from === from && link.to === to)?.state ?? "open";

/** Every pair of servers once. */
export function pairs(frame: Pick<Frame, "nodes">): Pair[] {
  const servers = frame.nodes.filter((node) => node.kind === "server").map((node) => node.id);
  return servers.flatMap((a, i) => servers.slice(i + 1).map((b) => ({ a, b })));
}
