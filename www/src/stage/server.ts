// One server: its term by colour, its role by outline and word, its election timer as an arc, what is volatile above and
// what is durable below, the writes in progress between.

import { nothing, type SVGTemplateResult, svg } from "lit";
import type { Node, Server } from "splitbrain";
import { nodeOf, shortName } from "../engine/view.js";
import { arc, n, type Point, polar, segment } from "../model/geometry.js";
import { angleOf } from "../model/layout.js";
import { hue } from "../model/palette.js";
import type { Scene } from "./scene.js";

/** So many clients' sessions stand beside a server. */
const SESSIONS = 3;

export function drawServer(scene: Scene, node: Node): SVGTemplateResult {
  const server = stateOf(node);
  const at = scene.layout.at.get(node.id) as Point;
  const { nodeR: r, timerR } = scene.layout;
  const down = node.status === "down";
  const selected = scene.selected !== null && "node" in scene.selected && scene.selected.node === node.id;
  const classes = `server h${hue(server.term)} ${down ? "down" : server.role} ${node.status}${selected ? " selected" : ""}${scene.lit?.nodes.includes(node.id) ? " lit" : ""}`;
  const small = r < 36;
  return svg`
    <g class=${classes} role="button" tabindex=${scene.focus === node.id ? 0 : -1} data-node=${node.id}
      aria-pressed=${selected}
      @click=${() => scene.pick(node.id)} @keydown=${(event: KeyboardEvent) => scene.key(event, node.id)}>
      <title>${described(node)}</title>
      <g aria-hidden="true">
      <circle class="halo" cx=${n(at.x)} cy=${n(at.y)} r=${n(timerR + 6)} />
      ${down ? nothing : timer(scene, node, at)}
      <circle class="body" cx=${n(at.x)} cy=${n(at.y)} r=${n(r)} />
      <path class="durable" d=${segment(at, r, r * 0.3)} />
      ${writes(scene, node, at)}
      ${node.status === "up" && server.role === "leader" ? crown(at, r) : nothing}
      <text class="name" x=${n(at.x)} y=${n(at.y - r * (server.role === "leader" && !down ? 0.14 : 0.2))} font-size=${small ? 15 : 19}>${node.name}</text>
      <text class="role" x=${n(at.x)} y=${n(at.y + r * 0.2 - (small ? 1 : 0))} font-size=${small ? 10 : 11}>${roleOf(node, server)}</text>
      <text class="disk" x=${n(at.x)} y=${n(at.y + r * 0.64)} font-size=${small ? 9.5 : 10.5}>${small ? "" : "disk "}t${server.durable.term} · ${server.durable.lastIndex}</text>
      ${node.status === "up" && server.role === "candidate" ? pips(scene, server, at) : nothing}
      </g>
    </g>
    <g class=${down ? "beside down" : "beside"} aria-hidden="true">${label(scene, node, server, at)}</g>`;
}

/** What a server is: its state while it runs, and what its disk holds while it is down. */
type Shown = Pick<Server, "role" | "term" | "lastIndex" | "commitIndex" | "votes" | "durable">;

function stateOf(node: Node): Shown {
  if (node.server) return node.server;
  const durable = node.durable ?? { term: 0, votedFor: null, lastIndex: 0, base: 0 };
  return { role: "follower", term: durable.term, lastIndex: durable.lastIndex, commitIndex: 0, votes: [], durable };
}

/** What a listener hears instead of the drawing. */
function described(node: Node): string {
  const server = stateOf(node);
  const held = `term ${server.term}, log ${server.lastIndex}, committed ${server.commitIndex}`;
  return `${node.name}, ${roleOf(node, server)}, ${held}`;
}

const roleOf = (node: Node, server: Shown) =>
  node.status === "down" ? "crashed" : node.status === "paused" ? "paused" : server.role;

/** The time left: a full ring empties towards the moment the timer fires. */
function timer(scene: Scene, node: Node, at: Point) {
  const ring = svg`<circle class="track" cx=${n(at.x)} cy=${n(at.y)} r=${n(scene.layout.timerR)} />`;
  const next =
    node.timers.find((timer) => timer.name === "election") ?? node.timers.find((timer) => timer.name === "heartbeat");
  if (!next) return ring;
  const whole = next.firesAt - next.armedAt;
  const left = whole <= 0 ? 0 : (next.firesAt - scene.now) / whole;
  return svg`${ring}<path class=${`timer ${next.name}`} d=${arc(at, scene.layout.timerR, left)} />`;
}

/** Between the halves: how far each outstanding write has come, or a still bar when the disk is stalled. */
function writes(scene: Scene, node: Node, at: Point) {
  if (node.writes.length === 0) return nothing;
  const r = scene.layout.nodeR;
  const half = Math.sqrt(r * r - (r * 0.3) ** 2) - 5;
  const y = at.y + r * 0.3;
  const first = node.writes[0] as Node["writes"][number];
  const stalled = first.doneAt === null;
  const part =
    first.doneAt === null
      ? 1
      : Math.min(1, Math.max(0, (scene.now - first.startedAt) / Math.max(1, first.doneAt - first.startedAt)));
  return svg`
    <line class="chord" x1=${n(at.x - half)} x2=${n(at.x + half)} y1=${n(y)} y2=${n(y)} />
    <line class=${stalled ? "write stalled" : "write"} x1=${n(at.x - half)} x2=${n(at.x - half + 2 * half * part)} y1=${n(y)} y2=${n(y)}>
      <title>Writing ${first.what}${stalled ? ": the disk is stalled" : ""}${node.writes.length > 1 ? `, and ${node.writes.length - 1} more` : ""}</title>
    </line>`;
}

/** The leader's sign, so that the role does not rest on an outline alone. */
function crown(at: Point, r: number) {
  const k = r / 46;
  return svg`<path class="crown" transform="translate(${n(at.x)} ${n(at.y - r * 0.68)}) scale(${n(k)})" d="M-9-5.5l4.5 4.5 4.5-6.5 4.5 6.5 4.5-4.5-1.8 9h-14.4z" />`;
}

/** Votes stand at their voters' angles, so that a quorum is counted by eye. */
function pips(scene: Scene, server: Shown, at: Point) {
  const voters = scene.frame.nodes.filter((other) => other.kind === "server");
  return voters.map((voter) => {
    const vote = server.votes.find((given) => given.voter === voter.id)?.vote ?? "asked";
    const p = polar(at, scene.layout.nodeR + 6, angleOf(voter.id, voters.length));
    return svg`<g class=${`pip ${vote}`}>
      <title>${voter.name}: ${vote === "asked" ? "its vote is on the way" : `vote ${vote}`}</title>
      <circle cx=${n(p.x)} cy=${n(p.y)} r="5" />
      ${vote === "granted" ? svg`<path d=${`M${n(p.x - 2.4)} ${n(p.y)}l1.8 2 3-3.8`} />` : vote === "refused" ? svg`<path d=${`M${n(p.x - 2)} ${n(p.y - 2)}l4 4m0-4l-4 4`} />` : nothing}
    </g>`;
  });
}

function label(scene: Scene, node: Node, server: Shown, at: Point) {
  const { layout } = scene;
  const angle = angleOf(node.id, scene.frame.nodes.filter((other) => other.kind === "server").length);
  const across = Math.sin(angle);
  const away = layout.timerR + 10;
  const top = Math.cos(angle) > 0.9;
  if (top) {
    return svg`<text class="term" x=${n(at.x)} y=${n(at.y - away - 3)} text-anchor="middle">term ${server.term}${layout.narrow ? nothing : held(server, sessions(scene, node))}</text>`;
  }
  // Outwards, where no link runs.
  const right = across > -1e-9;
  const anchor = right ? "start" : "end";
  if (layout.narrow) {
    return svg`<text class="term" x=${n(at.x)} y=${n(at.y + away + 7)} text-anchor="middle">term ${server.term}</text>`;
  }
  const x = n(at.x + (right ? away : -away));
  return svg`<text class="term" x=${x} y=${n(at.y - 2)} text-anchor=${anchor}>term ${server.term}</text>
    <text class="term held" x=${x} y=${n(at.y + 13)} text-anchor=${anchor}>log ${server.lastIndex}, committed ${server.commitIndex}</text>
    <text class="term held" x=${x} y=${n(at.y + 28)} text-anchor=${anchor}>${sessions(scene, node)}</text>`;
}

/** Its session table: for each client the number of the last operation that it has applied. Where servers stand close there is no
 * room for it. */
function sessions(scene: Scene, node: Node): string {
  const table = scene.layout.nodeR < 36 ? [] : (node.server?.sessions ?? []);
  return table
    .slice(0, SESSIONS)
    .flatMap(({ client, number }) => {
      const node = nodeOf(scene.frame, client);
      return node ? [`${shortName(node)} #${number}`] : [];
    })
    .join(" · ");
}

const held = (server: Shown, more: string) =>
  svg`<tspan class="held"> · log ${server.lastIndex}, committed ${server.commitIndex}${more && ` · ${more}`}</tspan>`;
