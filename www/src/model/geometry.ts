// Small plane geometry shared by everything drawn.

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Line {
  readonly from: Point;
  readonly to: Point;
}

/** A point at `angle` radians, clockwise from the top, `r` from `centre`. */
export const polar = (centre: Point, r: number, angle: number): Point => ({
  x: centre.x + r * Math.sin(angle),
  y: centre.y - r * Math.cos(angle),
});

export const between = (a: Point, b: Point, t: number): Point => ({
  x: a.x + (b.x - a.x) * t,
  y: a.y + (b.y - a.y) * t,
});

export const distance = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

/** The clockwise direction from `a` to `b`, in radians from the top. */
export const bearing = (a: Point, b: Point): number => Math.atan2(b.x - a.x, a.y - b.y);

/** An SVG path along a circle, clockwise from the top, over `part` (0 to 1) of it. */
export function arc(centre: Point, r: number, part: number): string {
  const angle = Math.min(Math.max(part, 0), 0.9999) * 2 * Math.PI;
  const end = polar(centre, r, angle);
  return `M${n(centre.x)} ${n(centre.y - r)}A${n(r)} ${n(r)} 0 ${angle > Math.PI ? 1 : 0} 1 ${n(end.x)} ${n(end.y)}`;
}

/** The part of a circle below a horizontal chord `drop` under its centre. */
export function segment(centre: Point, r: number, drop: number): string {
  const half = Math.sqrt(Math.max(0, r * r - drop * drop));
  const y = n(centre.y + drop);
  return `M${n(centre.x - half)} ${y}A${n(r)} ${n(r)} 0 0 0 ${n(centre.x + half)} ${y}Z`;
}

/** On which side of the line from `a` to `b` a point lies: negative, positive, or 0 when on it. */
export const side = (a: Point, b: Point, p: Point): number => (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x);

/** A number short enough for an attribute. */
export const n = (value: number): string => String(Math.round(value * 10) / 10);
