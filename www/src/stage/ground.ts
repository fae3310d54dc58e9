// The MapReduce ground before there is a job: the way to one. Its tiles come with the first job.

import { nothing, type SVGTemplateResult, svg } from "lit";
import { isClaiming } from "../engine/view.js";
import { n } from "../model/geometry.js";
import type { Scene } from "./scene.js";

export function drawStart(scene: Scene, start: () => void): SVGTemplateResult | typeof nothing {
  const { ground } = scene.layout;
  if (!ground) return nothing;
  return svg`<text class="soft" x=${n(ground.title.x)} y=${n(ground.title.y)} font-size="12">MapReduce · ${isClaiming(scene.frame) ? "submitted" : "no job yet"}</text>
    <g class="start" role="button" tabindex="0" @click=${start}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        event.stopPropagation();
        start();
      }}>
      <rect class="card" x=${n(ground.tiles.x)} y=${n(ground.tiles.y)} width=${n(Math.min(260, ground.tiles.width))} height=${scene.layout.narrow ? 48 : 40} rx="9" />
      <text x=${n(ground.tiles.x + 14)} y=${n(ground.tiles.y + (scene.layout.narrow ? 29 : 25))} font-size="12.5">Count the words of Moby Dick…</text>
    </g>`;
}
