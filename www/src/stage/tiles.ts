// The MapReduce ground: each task a tile; idle, running, with a backup, done, failed, or given out again. Comes with the first job.

import { nothing, type SVGTemplateResult, svg } from "lit";
import type { Job } from "splitbrain";
import { nameIn } from "../engine/view.js";
import { n } from "../model/geometry.js";
import { again, application, done, marks, standing } from "../model/jobs.js";
import type { Scene } from "./scene.js";

export function drawTiles(scene: Scene, job: Job): SVGTemplateResult | typeof nothing {
  const { ground } = scene.layout;
  if (!ground) return nothing;
  const tasks = [
    ...job.maps.map((task, i) => ({ task, phase: "map", i })),
    ...job.reduces.map((task, i) => ({ task, phase: "reduce", i })),
  ];
  const size = ground.pitch - (ground.pitch > 8 ? 2.5 : 1.5);
  return svg`
    <text class="soft" x=${n(ground.title.x)} y=${n(ground.title.y)} font-size="12">${ground.tiles.width < 440 ? brief(job) : summary(job)}</text>
    <g role="img" aria-label=${summary(job)}>
      ${tasks.map(({ task, phase, i }, at) => {
        const x = ground.tiles.x + (at % ground.columns) * ground.pitch;
        const y = ground.tiles.y + Math.floor(at / ground.columns) * ground.pitch;
        const state = marks(task);
        return svg`<g class=${`tile ${state} ${phase}`}><title>${phase} ${i + 1}, ${task.input}: ${standing(task, (node) => nameIn(scene.frame, node))}</title>
          <rect x=${n(x)} y=${n(y)} width=${n(size)} height=${n(size)} rx="2.5" />${sign(state, x, y, size)}</g>`;
      })}
    </g>`;
}

/** A shape besides the colour: half of a running task is still empty, two attempts have a gap between them, a failure is crossed. */
function sign(state: string, x: number, y: number, size: number): SVGTemplateResult | typeof nothing {
  if (state.includes("backup"))
    return svg`<rect class="sign" x=${n(x + size * 0.4)} y=${n(y)} width=${n(size * 0.2)} height=${n(size)} />`;
  if (state.includes("running"))
    return svg`<rect class="sign" x=${n(x + 1.2)} y=${n(y + 1.2)} width=${n(size - 2.4)} height=${n(size * 0.35)} rx="1.5" />`;
  if (!state.includes("failed")) return nothing;
  const [left, top, right, bottom] = [x + 1.5, y + 1.5, x + size - 1.5, y + size - 1.5];
  return svg`<path class="cross" d="M${n(left)} ${n(top)}L${n(right)} ${n(bottom)}M${n(right)} ${n(top)}L${n(left)} ${n(bottom)}" />`;
}

const how = (job: Job) =>
  [job.phase === "failed" ? "failed" : "", ...again(job)]
    .filter(Boolean)
    .map((one) => ` · ${one}`)
    .join("");

/** The same where there is less room. */
const brief = (job: Job) =>
  `${application(job.app).label} · map ${done(job.maps)}/${job.maps.length} · reduce ${done(job.reduces)}/${job.reduces.length}${job.phase === "failed" ? " · failed" : job.reissued > 0 ? ` · ${job.reissued} again` : ""}`;

const summary = (job: Job) =>
  `MapReduce · ${application(job.app).label} · map ${done(job.maps)} of ${job.maps.length} · reduce ${done(job.reduces)} of ${job.reduces.length}${how(job)}`;
