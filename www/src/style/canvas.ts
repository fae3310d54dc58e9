// A canvas that is as sharp as the screen, whatever its size.

/** Makes a canvas that is so many CSS pixels large ready to be drawn on anew, in CSS pixels; null if it cannot be. */
export function blank(canvas: HTMLCanvasElement, width: number, height: number): CanvasRenderingContext2D | null {
  const scale = Math.min(window.devicePixelRatio || 1, 2.5);
  const [columns, rows] = [Math.round(width * scale), Math.round(height * scale)];
  // A new size empties it, which costs more than clearing it.
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
  }
  const ink = canvas.getContext("2d");
  ink?.setTransform(scale, 0, 0, scale, 0, 0);
  ink?.clearRect(0, 0, width, height);
  return ink;
}
