// What can be done to a node with one key or one button, given the state it is in.

import type { Action, Frame, NodeId } from "splitbrain";
import { nodeOf } from "../engine/view.js";
import { stateOf } from "./network.js";

/** What the keys c, i and t do to a node, and the buttons of the same names. */
export function toggles(frame: Frame, id: NodeId): { crash: Action[]; isolate: Action[]; fire: Action[] } {
  const node = nodeOf(frame, id);
  if (!node) return { crash: [], isolate: [], fire: [] };
  const timer = node.timers.find((one) => one.name === "election") ?? node.timers[0];
  return {
    crash: [{ do: node.status === "down" ? "restart" : "crash", node: id }],
    isolate: isolated(frame, id) ? openAround(frame, id) : [{ do: "isolate", node: id }],
    fire: timer && node.status === "up" ? [{ do: "fire", node: id, timer: timer.name }] : [],
  };
}

/** Whether a server can neither reach another one nor be reached. */
export function isolated(frame: Frame, id: NodeId): boolean {
  const others = frame.nodes.filter((node) => node.kind === "server" && node.id !== id);
  return (
    others.length > 0 &&
    others.every((other) => stateOf(frame, id, other.id) === "cut" && stateOf(frame, other.id, id) === "cut")
  );
}

const openAround = (frame: Frame, id: NodeId): Action[] =>
  frame.links
    .filter((link) => link.from === id || link.to === id)
    .map((link) => ({ do: "link", from: link.from, to: link.to, state: "open" }));
