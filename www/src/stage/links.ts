// The links between servers. Open ones are quiet; a cut or held direction is dashed on the sender's half and marked there.

import { nothing, type SVGTemplateResult, svg } from "lit";
import { between, n, type Point } from "../model/geometry.js";
import { type Gate, type Pair, pairs, stateOf } from "../model/network.js";
import type { Scene } from "./scene.js";

export function drawLinks(
  scene: Scene,
  focus: number,
  open: (pair: Pair, at: Point) => void,
  key: (event: KeyboardEvent, index: number) => void,
): SVGTemplateResult[] {
  return pairs(scene.frame).map((pair, index) => {
    const a = scene.layout.at.get(pair.a) as Point;
    const b = scene.layout.at.get(pair.b) as Point;
    const middle = between(a, b, 0.5);
    const there = stateOf(scene.frame, pair.a, pair.b);
    const back = stateOf(scene.frame, pair.b, pair.a);
    const name = `Link S${pair.a + 1} – S${pair.b + 1}, ${told(there, back, pair)}`;
    return svg`
      <g class="link" role="button" aria-haspopup="dialog" tabindex=${focus === index ? 0 : -1} data-link=${index}
        @click=${() => open(pair, middle)}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            event.stopPropagation();
            open(pair, middle);
          } else key(event, index);
        }}>
        <title>${name}</title>
        <line class="reach" x1=${n(a.x)} y1=${n(a.y)} x2=${n(b.x)} y2=${n(b.y)} />
        <line class=${`half ${there}`} x1=${n(a.x)} y1=${n(a.y)} x2=${n(middle.x)} y2=${n(middle.y)} />
        <line class=${`half ${back}`} x1=${n(b.x)} y1=${n(b.y)} x2=${n(middle.x)} y2=${n(middle.y)} />
        ${sign(there, between(a, b, 0.32))}${sign(back, between(b, a, 0.32))}
      </g>`;
  });
}

function sign(state: Gate, at: Point) {
  if (state === "open") return nothing;
  const d =
    state === "cut" ? `M${n(at.x - 3.5)} ${n(at.y - 3.5)}l7 7m0-7l-7 7` : `M${n(at.x - 2.5)} ${n(at.y - 4)}v8m5-8v8`;
  return svg`<circle class="sign-back" cx=${n(at.x)} cy=${n(at.y)} r="6.5" /><path class="sign" d=${d} />`;
}

function told(there: Gate, back: Gate, { a, b }: Pair): string {
  const word = { open: "open", cut: "cut", hold: "holding messages" };
  if (there === back) return word[there];
  return `S${a + 1} to S${b + 1} ${word[there]}, S${b + 1} to S${a + 1} ${word[back]}`;
}
