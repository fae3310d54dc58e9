// What was counted while a job ran: by the library, and by the program itself (§4.9).

import { html, nothing, type TemplateResult } from "lit";
import type { Job } from "splitbrain";
import { inWords } from "../model/format.js";

export function countersView(job: Job): TemplateResult | typeof nothing {
  if (job.counters.length === 0) return nothing;
  return html`<section><h2>Counters</h2>
    <table class="counters" aria-label="Counters"><thead class="hidden-text"><tr><th scope="col">what</th><th scope="col">how many</th></tr></thead>
    <tbody>${job.counters.map(({ name, value }) => html`<tr><th scope="row">${inWords(name)}</th><td class="number">${value.toLocaleString("en")}</td></tr>`)}</tbody></table></section>`;
}
