// The MapReduce ground: each task a tile; idle, running, done, or given out again. Comes with the first job.

import { nothing, type SVGTemplateResult, svg } from "lit";
import type { Job, Task } from "splitbrain";
import { nameIn } from "../engine/view.js";
import { n } from "../model/geometry.js";
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
        return svg`<rect class=${`tile ${task.state} ${phase}${task.attempt > 1 ? " again" : ""}`} x=${n(x)} y=${n(y)} width=${n(size)} height=${n(size)} rx="2.5">
          <title>${phase} ${i + 1}, ${task.input}: ${told(scene, task)}</title></rect>`;
      })}
    </g>`;
}

const done = (tasks: readonly Task[]) => tasks.filter((task) => task.state === "done").length;

/** The same where there is less room. */
const brief = (job: Job) =>
  `${job.app.replaceAll("-", " ")} · map ${done(job.maps)}/${job.maps.length} · reduce ${done(job.reduces)}/${job.reduces.length}${job.reissued > 0 ? ` · ${job.reissued} again` : ""}`;

function summary(job: Job): string {
  const again = job.reissued > 0 ? ` · ${job.reissued} re-issued` : "";
  const app = job.app.replaceAll("-", " ");
  return `MapReduce · ${app} · map ${done(job.maps)} of ${job.maps.length} · reduce ${done(job.reduces)} of ${job.reduces.length}${again}`;
}

const told = (scene: Scene, task: Task) =>
  `${task.state}${task.worker !== null && task.state !== "idle" ? ` by ${nameIn(scene.frame, task.worker)}` : ""}${task.attempt > 1 ? `, attempt ${task.attempt}` : ""}`;
