// The canvas layer: every message in flight, drawn for (frame, now) and nothing else.

import type { Flight } from "splitbrain";
import { isHeartbeat, letter, type Mark, markOf } from "../model/flight.js";
import { span } from "../model/format.js";
import { edge, fill, onFill, plain, type Theme } from "../model/palette.js";
import { blank } from "../style/canvas.js";
import type { Scene } from "./scene.js";

/** How near a pointer must be to a message to touch it, in pixels. */
const REACH = 14;

export function drawFlights(canvas: HTMLCanvasElement, scene: Scene, theme: Theme): void {
  const { width, height } = scene.layout;
  const ink = blank(canvas, width, height);
  if (!ink) return;
  ink.textAlign = "center";
  ink.textBaseline = "middle";
  for (const flight of scene.frame.flights) {
    const mark = place(scene, flight);
    if (mark) draw(ink, flight, mark, scene, theme);
  }
  ink.globalAlpha = 1;
}

/** The message under a pointer, the one sent last first. */
export function flightAt(scene: Scene, x: number, y: number): Flight | undefined {
  return scene.frame.flights.findLast((flight) => {
    const mark = place(scene, flight);
    return mark !== null && Math.hypot(mark.at.x - x, mark.at.y - y) < REACH;
  });
}

/** What becomes of a message, in a few words. */
export function fate(flight: Flight, now: number): string {
  if (flight.arrivesAt === null) return "held";
  if (flight.lost) return "will be lost";
  return `arrives in ${span(Math.max(0, flight.arrivesAt - now))}`;
}

function place(scene: Scene, flight: Flight): Mark | null {
  const { at, inset } = scene.layout;
  const from = at.get(flight.from);
  const to = at.get(flight.to);
  if (!from || !to) return null;
  return markOf(flight, scene.now, from, to, [inset.get(flight.from) ?? 0, inset.get(flight.to) ?? 0]);
}

function draw(ink: CanvasRenderingContext2D, flight: Flight, mark: Mark, scene: Scene, theme: Theme): void {
  const { term } = flight;
  const inside = term === null ? plain("ink", theme) : fill(term, theme);
  const outline = term === null ? plain("soft", theme) : edge(term, theme);
  const upon = term === null ? plain("ground", theme) : onFill(term, theme);
  const { x, y } = mark.at;
  const beat = isHeartbeat(flight);
  ink.globalAlpha = mark.opacity * (beat ? 0.6 : 1);
  ink.lineWidth = 1.8;
  if (scene.selected !== null && "flight" in scene.selected && scene.selected.flight === flight.id) {
    ink.strokeStyle = plain("accent", theme);
    ink.beginPath();
    ink.arc(x, y, 15, 0, 2 * Math.PI);
    ink.stroke();
  }
  if (scene.still) arrow(ink, mark, beat ? 6 : 12, outline);
  if (beat) {
    ink.beginPath();
    ink.arc(x, y, flight.reply ? 3 : 3.4, 0, 2 * Math.PI);
    if (flight.reply) {
      ink.fillStyle = plain("ground", theme);
      ink.strokeStyle = outline;
      ink.lineWidth = 1.4;
      ink.fill();
      ink.stroke();
    } else {
      ink.fillStyle = outline;
      ink.fill();
    }
    return;
  }
  shape(ink, flight, x, y);
  ink.fillStyle = flight.reply ? plain("ground", theme) : inside;
  ink.strokeStyle = outline;
  if (flight.arrivesAt === null) ink.setLineDash([3, 2]);
  ink.fill();
  ink.stroke();
  ink.setLineDash([]);
  const text = letter(flight);
  ink.font = `700 ${flight.reply ? 13 : 10}px system-ui, "Noto Sans", "DejaVu Sans", sans-serif`;
  ink.fillStyle = flight.reply ? outline : upon;
  ink.fillText(text, x, y + 0.5);
}

/** Raft's messages are boxes, clients' are round, MapReduce's have a folded corner. */
function shape(ink: CanvasRenderingContext2D, flight: Flight, x: number, y: number): void {
  ink.beginPath();
  switch (flight.kind) {
    case "kv-request":
    case "kv-reply":
      ink.arc(x, y, 8.5, 0, 2 * Math.PI);
      break;
    case "task":
    case "file":
      ink.moveTo(x - 7, y - 8);
      ink.lineTo(x + 3, y - 8);
      ink.lineTo(x + 7, y - 4);
      ink.lineTo(x + 7, y + 8);
      ink.lineTo(x - 7, y + 8);
      ink.closePath();
      break;
    default:
      ink.roundRect(x - 9, y - 7.5, 18, 15, 4);
  }
}

/** Which way it goes, when nothing moves to show it. */
function arrow(ink: CanvasRenderingContext2D, mark: Mark, away: number, colour: string): void {
  const dx = Math.sin(mark.heading);
  const dy = -Math.cos(mark.heading);
  const tip = { x: mark.at.x + dx * (away + 6), y: mark.at.y + dy * (away + 6) };
  const base = { x: mark.at.x + dx * away, y: mark.at.y + dy * away };
  ink.fillStyle = colour;
  ink.beginPath();
  ink.moveTo(tip.x, tip.y);
  ink.lineTo(base.x - dy * 4, base.y + dx * 4);
  ink.lineTo(base.x + dy * 4, base.y - dx * 4);
  ink.closePath();
  ink.fill();
}
