// Where everything stands on the stage. Position is identity: it depends on the cluster's shape and the room there is,
// never on what happens.

import type { NodeId } from "splitbrain";
import { type Point, polar } from "./geometry.js";

export interface Shape {
  readonly servers: number;
  readonly clients: number;
  readonly workers: number;
  /** Coordinators of MapReduce: one, or another that stands by. */
  readonly coordinators?: number;
  /** Tiles to make room for: map and reduce tasks. */
  readonly tasks: number;
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly narrow: boolean;
  readonly ring: { readonly centre: Point; readonly r: number };
  readonly nodeR: number;
  /** Radius of the election timer's arc. */
  readonly timerR: number;
  /** Where a node's messages leave from and arrive at. */
  readonly at: ReadonlyMap<NodeId, Point>;
  /** How far from that point a message starts and ends. */
  readonly inset: ReadonlyMap<NodeId, number>;
  /** Cards of clients, coordinator, store and workers. */
  readonly cards: ReadonlyMap<NodeId, Box>;
  readonly ground: {
    readonly title: Point;
    readonly tiles: Box;
    readonly columns: number;
    readonly pitch: number;
  } | null;
}

/** Stages below this width are laid out one thing under another. */
export const NARROW = 700;
/** What a page is laid out for at least, also before it knows its size. */
const NARROWEST = 320;
const TIMER_GAP = 12;
const CLIENT = { width: 148, height: 56, gap: 16 };
const CARD = { width: 118, height: 28, gap: 6 };
/** Between the coordinator and the store on one side and the workers on the other, where their messages travel. */
const LANE = { wide: 80, narrow: 40 };

/** The stage for a cluster in `room` × `height` pixels. A narrow stage is as high as it needs to be. */
export function layout(room: number, height: number, shape: Shape): Layout {
  const width = Math.max(room, NARROWEST);
  const narrow = width < NARROW;
  const ground = shape.workers > 0;
  const margin = narrow ? 14 : 24;
  const cardColumns = narrow ? 2 : Math.max(1, Math.ceil(shape.workers / 3));
  const cardRows = Math.max(narrow ? 1 : 3, Math.ceil(shape.workers / cardColumns));
  const cardWidth = narrow ? (width - 2 * margin - CARD.gap) / 2 : CARD.width;
  const cardHeight = narrow ? 44 : CARD.height;
  const workersHeight = cardRows * (cardHeight + CARD.gap) - CARD.gap;
  const workersWidth = cardColumns * (cardWidth + CARD.gap) - CARD.gap;
  // The coordinators and the store: side by side on a narrow stage.
  const heads = (shape.coordinators ?? 1) + 1;
  const headsHeight = Math.ceil(heads / 2) * (cardHeight + CARD.gap) - CARD.gap;
  const cardsHeight = narrow ? headsHeight + LANE.narrow + workersHeight : workersHeight;
  const cardsWidth = narrow ? workersWidth : cardWidth + LANE.wide + workersWidth;
  const tilesWidth = narrow ? width - 2 * margin : Math.max(120, width - 2 * margin - cardsWidth - 28);
  const tilesHeight = narrow ? 74 : Math.max(46, cardsHeight - 24);
  const groundHeight = !ground ? 0 : narrow ? 22 + tilesHeight + 10 + cardsHeight + margin : cardsHeight + margin + 12;

  const clientColumns = narrow ? Math.min(2, Math.max(1, shape.clients)) : 1;
  const clientRows = Math.ceil(shape.clients / clientColumns);
  const clientWidth = narrow ? (width - 2 * margin - (clientColumns - 1) * CARD.gap) / clientColumns : CLIENT.width;
  const clientsHeight = clientRows * CLIENT.height + Math.max(0, clientRows - 1) * (narrow ? CARD.gap : CLIENT.gap);

  const ringHeight = narrow ? Math.min(width - 30, 380) : Math.max(240, height - groundHeight - 6);
  const ringWidth = narrow || shape.clients === 0 ? width : width - CLIENT.width - margin;
  const { centre, r, nodeR } = ring(ringWidth, ringHeight, shape.servers, narrow);
  const total = narrow
    ? ringHeight + clientsHeight + (shape.clients ? 18 : 0) + groundHeight
    : Math.max(height, ringHeight + groundHeight);

  const at = new Map<NodeId, Point>();
  const inset = new Map<NodeId, number>();
  const cards = new Map<NodeId, Box>();
  for (let i = 0; i < shape.servers; i++) {
    at.set(i, polar(centre, r, angleOf(i, shape.servers)));
    inset.set(i, nodeR + TIMER_GAP);
  }
  const card = (id: NodeId, box: Box, anchor: Point) => {
    cards.set(id, box);
    at.set(id, anchor);
    inset.set(id, 4);
  };
  for (let i = 0; i < shape.clients; i++) {
    const id = shape.servers + i;
    if (narrow) {
      const x = margin + (i % clientColumns) * (clientWidth + CARD.gap);
      const y = ringHeight + 6 + Math.floor(i / clientColumns) * (CLIENT.height + CARD.gap);
      card(id, { x, y, width: clientWidth, height: CLIENT.height }, { x: x + clientWidth / 2, y });
    } else {
      const gap = Math.min(CLIENT.gap, (ringHeight - shape.clients * CLIENT.height) / Math.max(1, shape.clients));
      const y = centre.y - (shape.clients * CLIENT.height + (shape.clients - 1) * gap) / 2 + i * (CLIENT.height + gap);
      const x = width - margin - CLIENT.width;
      card(id, { x, y, width: CLIENT.width, height: CLIENT.height }, { x, y: y + CLIENT.height / 2 });
    }
  }
  const groundTop = total - groundHeight;
  if (ground) {
    const left = narrow ? margin : width - margin - cardsWidth;
    const top = narrow ? groundTop + 22 + tilesHeight + 10 : groundTop + 4;
    const first = shape.servers + shape.clients;
    const size = { width: cardWidth, height: cardHeight };
    const rows = Math.ceil(shape.workers / cardColumns);
    // Few rows keep together, in the middle of the height that the tiles need.
    const pitch = cardHeight + (narrow || rows > 2 ? CARD.gap : 2 * CARD.gap);
    const middle = (count: number) => top + (workersHeight - (count - 1) * pitch - cardHeight) / 2;
    // The coordinator and the store face the workers across a lane for their messages.
    const headPitch = heads > 2 ? cardHeight + CARD.gap : pitch;
    const firstHead = heads > 2 ? top + (workersHeight - (heads - 1) * headPitch - cardHeight) / 2 : middle(2);
    for (let i = 0; i < heads; i++) {
      const x = narrow ? left + (i % 2) * (cardWidth + CARD.gap) : left;
      const y = narrow ? top + Math.floor(i / 2) * (cardHeight + CARD.gap) : firstHead + i * headPitch;
      card(
        first + i,
        { x, y, ...size },
        narrow ? { x: x + cardWidth / 2, y: y + cardHeight } : { x: x + cardWidth, y: y + cardHeight / 2 },
      );
    }
    for (let i = 0; i < shape.workers; i++) {
      const column = i % cardColumns;
      const x = (narrow ? left : left + cardWidth + LANE.wide) + column * (cardWidth + CARD.gap);
      const y = (narrow ? top + headsHeight + LANE.narrow : middle(rows)) + Math.floor(i / cardColumns) * pitch;
      card(first + heads + i, { x, y, ...size }, narrow ? { x: x + cardWidth / 2, y } : { x, y: y + cardHeight / 2 });
    }
  }
  const tiles = { x: margin, y: groundTop + 22, width: tilesWidth, height: tilesHeight };
  return {
    width,
    height: total,
    narrow,
    ring: { centre, r },
    nodeR,
    timerR: nodeR + TIMER_GAP,
    at,
    inset,
    cards,
    ground: ground ? { title: { x: margin, y: groundTop + 12 }, tiles, ...tiling(tiles, shape.tasks) } : null,
  };
}

/** The clockwise angle of server number `i` of `count`, the first at the top. */
export const angleOf = (i: number, count: number): number => (2 * Math.PI * i) / Math.max(1, count);

function ring(width: number, height: number, servers: number, narrow: boolean) {
  // An odd ring does not reach as far down as up: centre what is drawn, not the circle.
  const down = servers > 1 && servers % 2 === 1 ? Math.cos(Math.PI / servers) : 1;
  const label = narrow ? 24 : 26;
  let nodeR = Math.min(narrow ? 33 : 42, height / 9);
  // Labels stand beside the nodes on a wide stage, under them on a narrow one.
  const beside = narrow ? 8 : 130;
  const under = narrow ? 20 : 0;
  const room = (size: number) =>
    Math.min((height - 2 * (size + TIMER_GAP + 4) - label - under) / (1 + down), width / 2 - size - TIMER_GAP - beside);
  let r = Math.max(40, room(nodeR));
  if (servers > 2) {
    // Neighbours must leave room between them for the messages they exchange.
    nodeR = Math.min(nodeR, r * Math.sin(Math.PI / servers) - TIMER_GAP - 6);
    r = Math.max(40, room(nodeR));
  }
  const used = r * (1 + down) + 2 * (nodeR + TIMER_GAP) + label + under;
  return { centre: { x: width / 2, y: (height - used) / 2 + label + nodeR + TIMER_GAP + r }, r, nodeR };
}

/** Square tiles: the largest pitch, up to 15 pixels, at which all tasks fit. */
function tiling(box: Box, tasks: number): { columns: number; pitch: number } {
  let pitch = 15;
  while (pitch > 4 && Math.floor(box.width / pitch) * Math.floor(box.height / pitch) < tasks) pitch -= 0.5;
  return { pitch, columns: Math.max(1, Math.floor(box.width / pitch)) };
}
