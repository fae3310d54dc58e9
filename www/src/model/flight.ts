// Where a message is: a pure function of the flight and now. No animation state, so scrubbing costs nothing.

import type { Flight } from "splitbrain";
import { bearing, between, type Point } from "./geometry.js";

export interface Mark {
  readonly at: Point;
  /** 0 to 1; messages that will be lost fade at the middle of their way. */
  readonly opacity: number;
  /** Direction of travel, radians clockwise from the top. */
  readonly heading: number;
}

/** How far out a held message waits, as a part of its way. */
const HELD = 0.22;
/** Where a message that will be lost is gone. */
const GONE = 0.56;

/** How far a flight has come, 0 to 1. */
export function travelled(flight: Pick<Flight, "sentAt" | "arrivesAt">, now: number): number {
  if (flight.arrivesAt === null) return HELD;
  const whole = flight.arrivesAt - flight.sentAt;
  return whole <= 0 ? 1 : Math.min(1, Math.max(0, (now - flight.sentAt) / whole));
}

/** The mark of a flight between two places, `inset` away from each; null once nothing is left to draw. */
export function markOf(
  flight: Flight,
  now: number,
  from: Point,
  to: Point,
  insets: readonly [number, number],
): Mark | null {
  const part = travelled(flight, now);
  if (flight.lost && part >= GONE) return null;
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const start = Math.min(0.45, insets[0] / length);
  const end = 1 - Math.min(0.45, insets[1] / length);
  // Requests and replies keep to their own side of the line, so that they pass each other instead of hiding.
  const aside = 5;
  const off = { x: (-(to.y - from.y) / length) * aside, y: ((to.x - from.x) / length) * aside };
  const on = between(from, to, start + (end - start) * part);
  return {
    at: { x: on.x + off.x, y: on.y + off.y },
    opacity: flight.lost ? Math.max(0, 1 - part / GONE) : 1,
    heading: bearing(from, to),
  };
}

/** The letter a kind of message wears; none for heartbeats, which are dots. */
export function letter(flight: Pick<Flight, "kind" | "reply" | "good">): string {
  if (flight.kind === "heartbeat" || flight.kind === "heartbeat-reply") return "";
  if (flight.reply && flight.good !== null) return flight.good ? "+" : "–";
  switch (flight.kind) {
    case "vote-request":
    case "vote-reply":
      return "V";
    case "snapshot":
    case "snapshot-reply":
      return "S";
    case "append":
    case "append-reply":
      return "A";
    case "kv-request":
    case "kv-reply":
      return "K";
    case "task":
      return "T";
    case "file":
      return "F";
  }
}

export const isHeartbeat = (flight: Pick<Flight, "kind">): boolean =>
  flight.kind === "heartbeat" || flight.kind === "heartbeat-reply";
