// A job's output: searched, shown in part, downloaded whole.

import { html, type TemplateResult } from "lit";
import type { JobOutput } from "splitbrain/jobs";
import { count } from "../model/format.js";

/** Lines shown at once; the rest is found by searching or downloading. */
const SHOWN = 200;

export function outputView(output: JobOutput, sought: string, search: (text: string) => void): TemplateResult {
  const found = matching(output, sought);
  return html`<section>
    <h2>Output: ${count(output.lines, "line")} in ${count(output.files.length, "file")}</h2>
    <div class="find">
      <input type="search" aria-label="Search the output" placeholder="Search, such as whale" .value=${sought} @input=${(event: Event) => search((event.target as HTMLInputElement).value)} />
      <button title="All lines as one text file" @click=${() => download(output)}>Download</button>
    </div>
    <pre tabindex="0" aria-label="Output">${found.lines.join("\n") || "No line has that."}</pre>
    <p class="soft" role="status">${found.total > found.lines.length ? `${count(found.total, "line")}, the first ${found.lines.length} shown.` : count(found.total, "line")}</p>
  </section>`;
}

function matching(output: JobOutput, sought: string): { lines: string[]; total: number } {
  const wanted = sought.trim().toLowerCase();
  const lines: string[] = [];
  let total = 0;
  for (const file of output.files) {
    for (const line of file.text.split("\n")) {
      if (line === "" || (wanted !== "" && !line.toLowerCase().includes(wanted))) continue;
      total++;
      if (lines.length < SHOWN) lines.push(line);
    }
  }
  // A whole word first: searching whale should not begin with whaleboat.
  if (wanted !== "") lines.sort((a, b) => Number(starts(b, wanted)) - Number(starts(a, wanted)));
  return { lines, total };
}

const starts = (line: string, word: string) =>
  line.toLowerCase().startsWith(`${word} `) || line.toLowerCase().startsWith(`${word}\t`);

function download(output: JobOutput): void {
  const url = URL.createObjectURL(
    new Blob(
      output.files.map((file) => file.text),
      { type: "text/plain" },
    ),
  );
  const anchor = document.createElement("a");
  anchor.href = url;
  anchor.download = "mapreduce-output.txt";
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
