// What a job runs on: a text that comes with the page, or one's own, pasted or dropped.

import { html, type TemplateResult } from "lit";
import { bundledTexts } from "../engine/texts.js";
import { count } from "../model/format.js";
import { bytes } from "../model/words.js";
import type { Draft, Input } from "./draft.js";

/** More than this would keep the engine reading for seconds before anything moves. */
const LARGEST = 4_000_000;

export const TEXTS: readonly { readonly name: Draft["text"]; readonly label: string }[] = [
  { name: "chapters", label: "Moby Dick, 135 chapters" },
  { name: "eighths", label: "Moby Dick in 8 files" },
  { name: "addresses", label: "233 addresses, 11 MB" },
  { name: "own", label: "My own…" },
];

/** The inputs, or an error with a sentence for the reader. */
export async function inputsOf({ text, pasted, files }: Draft): Promise<Input[]> {
  if (text !== "own") return (await bundledTexts(text)).map((input) => ({ ...input, bundled: true }));
  const parts = pasted.split(/\n\s*\n/).filter((part) => part.trim() !== "");
  const inputs = [
    ...files,
    ...parts.map((part, i) => ({ name: `pasted-${String(i + 1).padStart(3, "0")}`, text: part })),
  ];
  if (inputs.length === 0) throw new Error("There is no text yet: paste some, or add a file.");
  limit(sizeOf(inputs));
  return inputs;
}

const sizeOf = (inputs: readonly Input[]) => inputs.reduce((sum, one) => sum + one.text.length, 0);

function limit(size: number): void {
  if (size > LARGEST)
    throw new Error(`That is ${bytes(size)} of text; a job takes up to ${bytes(LARGEST)}. Leave some of it out.`);
}

/** Files as inputs, beside those there are. They are measured before anything is read. */
async function read(files: readonly File[], beside: readonly Input[]): Promise<Input[]> {
  limit(files.reduce((sum, file) => sum + file.size, sizeOf(beside)));
  return Promise.all(
    files.map(async (file) => ({
      name: file.name,
      text: await file.text().catch(() => {
        throw new Error(`${file.name} could not be read. If it is a folder, add the files in it instead.`);
      }),
    })),
  );
}

/** The field for a text of one's own. */
export function ownText(
  draft: Draft,
  over: boolean,
  change: (change: Partial<Draft>, over?: boolean) => void,
  tell: (wrong: string) => void,
): TemplateResult {
  const add = async (list: Iterable<File> | null | undefined) => {
    try {
      const added = await read([...(list ?? [])], draft.files);
      change({ files: [...draft.files, ...added] });
    } catch (error) {
      tell(error instanceof Error ? error.message : String(error));
    }
  };
  return html`<div class="drop ${over ? "over" : ""}" @dragover=${(event: DragEvent) => {
    event.preventDefault();
    change({}, true);
  }} @dragleave=${() => change({}, false)} @drop=${(event: DragEvent) => {
    event.preventDefault();
    change({}, false);
    void add(event.dataTransfer?.files);
  }}>
    <textarea aria-label="Text to run on" placeholder="Paste text here, or drop text files. Each file is one input; pasted text is split at empty lines." .value=${draft.pasted}
      @input=${(event: Event) => change({ pasted: (event.target as HTMLTextAreaElement).value })}></textarea>
    <div class="row"><input type="file" multiple accept="text/*,.txt,.md" aria-label="Text files" title="Add files, each one input" @change=${(
      event: Event,
    ) => {
      const input = event.target as HTMLInputElement;
      const files = [...(input.files ?? [])];
      // The same file can be chosen again.
      input.value = "";
      void add(files);
    }} />
      ${
        draft.files.length > 0
          ? html`<span class="soft">${count(draft.files.length, "file")}</span><button type="button" title="Leave these files out" @click=${() => change({ files: [] })}>Remove</button>`
          : ""
      }</div>
  </div>`;
}
