// The files of a job, wherever they are stored: chosen and read, a part at a time.

import { css, html, LitElement, nothing } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { StoredFile } from "splitbrain/jobs";
import type { Lab } from "../engine/lab.js";
import { nameIn, type View } from "../engine/view.js";
import { count } from "../model/format.js";
import { keyOf } from "../model/jobs.js";
import { bytes } from "../model/words.js";
import { controls } from "../style/controls.js";
import { listing } from "../style/listing.js";

/** How much of a file is read at a time. */
const PART = 20_000;
/** Files offered at once; the rest is found by its name. */
const OFFERED = 300;

@customElement("sb-job-files")
export class JobFiles extends LitElement {
  static override styles = [
    controls,
    listing,
    css`
      :host {
        display: block;
      }
      summary {
        cursor: pointer;
        font-size: 12px;
        font-weight: 600;
        color: var(--soft);
      }
      .choice {
        display: grid;
        grid-template-columns: minmax(0, 0.8fr) minmax(0, 1.4fr) auto;
        gap: 8px;
        margin: 10px 0 8px;
      }
      pre {
        margin-bottom: 8px;
      }
      @media (max-width: 760px) {
        summary {
          padding: 12px 0;
        }
        .choice {
          grid-template-columns: minmax(0, 1fr) auto;
        }
        .choice select {
          grid-column: 1 / 3;
          grid-row: 2;
        }
      }
    `,
  ];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) view!: View;
  @state() private files: readonly StoredFile[] | "unknown" | null = null;
  @state() private sought = "";
  @state() private chosen: StoredFile | null = null;
  @state() private text = "";
  @state() private read = 0;
  /** Which job's files they are, and whether somebody looks at them. */
  #of = "";
  #looking = false;

  protected override willUpdate() {
    const of = keyOf(this.view);
    if (of === this.#of) return;
    // Another job has other files.
    this.#of = of;
    [this.files, this.chosen, this.text] = [null, null, ""];
    if (this.#looking) void this.#list();
  }

  override render() {
    return html`<details @toggle=${(event: Event) => {
      this.#looking = (event.target as HTMLDetailsElement).open;
      if (this.#looking && this.files === null) void this.#list();
    }}><summary title="What maps have written for reduces to read, and what reduces have written">Files</summary>
      ${this.#listed()}
      ${this.chosen ? this.#contents(this.chosen) : nothing}
    </details>`;
  }

  #listed() {
    const { files } = this;
    if (files === null) return html`<p class="soft" role="status">Looking…</p>`;
    if (files === "unknown") return this.#none("The files could not be listed. Look again.");
    return files.length === 0
      ? this.#none("No file yet. Let a map task be done, then look again.")
      : this.#choice(files);
  }

  #none(why: string) {
    return html`<div class="empty"><p>${why}</p></div><p></p><button title="List the files there are now" @click=${this.#list}>Look again</button>`;
  }

  #choice(files: readonly StoredFile[]) {
    const wanted = this.sought.trim().toLowerCase();
    const found = files.filter(({ name }) => name.toLowerCase().includes(wanted));
    const offered = found.slice(0, OFFERED);
    const places = [...new Set(offered.map(({ at }) => at))].sort((a, b) => a - b);
    return html`<div class="choice">
        <input type="search" aria-label="Search the files" title="A part of the name" placeholder="Part of a name" .value=${this.sought} @input=${(
          event: Event,
        ) => {
          this.sought = (event.target as HTMLInputElement).value;
        }} />
        <select aria-label="File" title="Which file to read" @change=${(event: Event) => {
          const file = files[Number((event.target as HTMLSelectElement).value || -1)];
          if (file) void this.#open(file);
        }}><option value="" ?selected=${this.chosen === null}>Choose a file…</option>${places.map(
          (where) =>
            html`<optgroup label="On ${nameIn(this.view.frame, where)}">${offered
              .filter((file) => file.at === where)
              .map(
                (file) =>
                  html`<option value=${files.indexOf(file)} ?selected=${file === this.chosen}>${file.name} (${bytes(file.bytes)})</option>`,
              )}</optgroup>`,
        )}</select>
        <button title="List the files there are now" @click=${this.#list}>Look again</button>
      </div>
      <p class="soft" role="status">${count(found.length, "file")}${found.length > OFFERED ? `, the first ${OFFERED} offered: search for others` : ""}</p>`;
  }

  #contents(file: StoredFile) {
    const more = this.read < file.bytes;
    return html`<pre tabindex="0" aria-label="Contents of ${file.name}">${this.read === 0 ? "Reading…" : this.text || "The file is empty."}</pre>
      ${more ? html`<div class="row"><button title="The next ${bytes(PART)}" @click=${() => void this.#more()}>More</button><span class="soft">${bytes(this.read)} of ${bytes(file.bytes)}</span></div>` : nothing}`;
  }

  readonly #list = async () => {
    const of = this.#of;
    // The lab has said what went wrong, if anything did.
    const files = await this.lab.files().catch(() => "unknown" as const);
    if (of === this.#of) this.files = files;
  };

  async #open(file: StoredFile) {
    [this.chosen, this.text, this.read] = [file, "", 0];
    await this.#more();
  }

  async #more() {
    const { chosen, read } = this;
    if (!chosen) return;
    const part = await this.lab.file(chosen.at, chosen.name, read, PART).catch(() => null);
    if (this.chosen !== chosen || this.read !== read) return;
    if (part === null) {
      // What could not be begun may be chosen again.
      if (read === 0) this.chosen = null;
      return;
    }
    this.text += part;
    this.read = read + PART;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "sb-job-files": JobFiles;
  }
}
