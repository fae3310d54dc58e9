// Cards: clients beside the ring, and the coordinator, the shared store and the workers on the MapReduce ground.

import { nothing, type SVGTemplateResult, svg } from "lit";
import type { Node } from "splitbrain";
import { nth, seatOf, shortName } from "../engine/view.js";
import { cut } from "../model/format.js";
import { distance, n } from "../model/geometry.js";
import type { Box } from "../model/layout.js";
import type { Scene } from "./scene.js";

export function drawClient(scene: Scene, node: Node): SVGTemplateResult {
  const client = node.client;
  const box = scene.layout.cards.get(node.id) as Box;
  const pending = client?.pending ?? null;
  const room = Math.floor((box.width - 50) / 7.4);
  const doing = pending ? cut(pending.text, room) : client?.load ? "steady load" : "idle";
  const more = client && client.queued > 0 ? ` (+${client.queued})` : "";
  const under =
    node.status !== "up"
      ? stateWord(node)
      : pending
        ? `#${pending.number}, attempt ${pending.attempt}${more}`
        : client
          ? `next is #${client.next}`
          : "";
  return svg`
    <g class=${classes(scene, node, "client")} role="button" tabindex=${scene.focus === node.id ? 0 : -1} data-node=${node.id}
      aria-pressed=${picked(scene, node)}
      @click=${() => scene.pick(node.id)} @keydown=${(event: KeyboardEvent) => scene.key(event, node.id)}>
      <title>${`${node.name}, client, ${node.status === "up" && pending ? pending.text : doing}, ${under}`}</title>
      <g aria-hidden="true"><rect class="card" x=${n(box.x)} y=${n(box.y)} width=${n(box.width)} height=${n(box.height)} rx="10" />
      <text class="bold" x=${n(box.x + 13)} y=${n(box.y + 23)} font-size="13">${node.name}</text>
      <text class=${pending ? "mono" : "mono soft"} x=${n(box.x + 40)} y=${n(box.y + 23)} font-size="12">${doing}</text>
      <text class="soft" x=${n(box.x + 13)} y=${n(box.y + 43)} font-size="11.5">${cut(under, Math.floor((box.width - 26) / 6))}</text></g>
    </g>`;
}

/** A faint line from a client to the server it is waiting for. */
export function drawErrand(scene: Scene, node: Node): SVGTemplateResult | typeof nothing {
  const to = node.client?.pending?.to;
  if (to === undefined) return nothing;
  const from = scene.layout.at.get(node.id);
  const target = scene.layout.at.get(to);
  if (!from || !target) return nothing;
  const part = 1 - (scene.layout.inset.get(to) ?? 0) / Math.max(1, distance(from, target));
  const end = { x: from.x + (target.x - from.x) * part, y: from.y + (target.y - from.y) * part };
  return svg`<line class="errand" x1=${n(from.x)} y1=${n(from.y)} x2=${n(end.x)} y2=${n(end.y)} />`;
}

/** The coordinator, the store or a worker. */
export function drawCard(scene: Scene, node: Node): SVGTemplateResult {
  const box = scene.layout.cards.get(node.id) as Box;
  const doing =
    node.status !== "up"
      ? stateWord(node)
      : node.kind === "store"
        ? "shared store"
        : node.kind === "coordinator"
          ? seatOf(node)
          : task(node);
  const y = box.y + box.height / 2 + 4;
  return svg`
    <g class=${classes(scene, node, node.worker?.task ? "worker busy" : "worker")} role="button" tabindex=${scene.focus === node.id ? 0 : -1} data-node=${node.id}
      aria-pressed=${picked(scene, node)}
      @click=${() => scene.pick(node.id)} @keydown=${(event: KeyboardEvent) => scene.key(event, node.id)}>
      <title>${[...new Set([node.name, node.kind, doing])].join(", ")}</title>
      <g aria-hidden="true"><rect class="card" x=${n(box.x)} y=${n(box.y)} width=${n(box.width)} height=${n(box.height)} rx="7" />
      <text class="bold" x=${n(box.x + 10)} y=${n(y)} font-size="12">${shortName(node)}</text>
      <text class="soft" x=${n(box.x + 38)} y=${n(y)} font-size="11.5">${cut(doing, Math.floor((box.width - 44) / 5.9))}</text></g>
    </g>`;
}

function task(node: Node): string {
  const given = node.worker?.task;
  if (!given) return "idle";
  return `${given.phase} ${given.number + 1}${nth(given.attempt) > 1 ? ", again" : ""}`;
}

const stateWord = (node: Node) => (node.status === "down" ? "crashed" : node.status === "paused" ? "paused" : "");
const picked = (scene: Scene, node: Node) =>
  scene.selected !== null && "node" in scene.selected && scene.selected.node === node.id;
const classes = (scene: Scene, node: Node, kind: string) =>
  `${kind} ${node.status}${picked(scene, node) ? " selected" : ""}${scene.lit?.nodes.includes(node.id) ? " lit" : ""}`;
