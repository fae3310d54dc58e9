// Sharing: the run and this moment as a link, or as a file.

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { seconds } from "../model/format.js";
import { PREFIX } from "../model/link.js";
import { encode, LARGEST_FILE, ShareError } from "../model/share.js";
import { bytes } from "../model/words.js";
import { Dialog } from "./dialog.js";

@customElement("sb-share")
export class Share extends Dialog {
  protected readonly heading = "Share this run";
  @state() private link: string | null = null;
  @state() private problem: string | null = null;
  @state() private said = "";

  override show() {
    this.link = null;
    this.problem = null;
    this.said = "";
    super.show();
    void this.#make();
  }

  async #make() {
    this.lab.pause();
    try {
      const code = await encode(await this.lab.script());
      this.link = `${location.origin}${location.pathname}${location.search}${PREFIX}${code}`;
    } catch (error) {
      this.problem =
        error instanceof ShareError ? error.message : "The link could not be made. Save the run as a file instead.";
    }
  }

  protected body() {
    const off = this.view?.frame.rulesOff ?? [];
    return html`
      <p>The link holds the whole run: the cluster, its seed and everything done to it. It opens at ${seconds(this.view?.now ?? 0)}, paused, the same for everyone.</p>
      ${off.length > 0 ? html`<p class="hold">This run has ${off.length === 1 ? "a rule" : "rules"} switched off: ${off.join(", ")}. Whoever opens it is told.</p>` : nothing}
      ${
        this.problem
          ? html`<p class="hold" role="alert">${this.problem}</p>`
          : html`<label class="wide">Link
              <input readonly aria-label="Link to this run" .value=${this.link ?? "Packing the run…"} @focus=${(event: Event) => (event.target as HTMLInputElement).select()} /></label>`
      }
      <div class="row">
        <button class="primary" ?disabled=${!this.link} @click=${this.#copy}>Copy link</button>
        <button @click=${this.#save}>Save as file</button>
        <button @click=${this.#choose}>Open a file…</button>
        <input type="file" accept="application/json,.json" hidden aria-label="Run file" @change=${this.#opened} />
      </div>
      <p class="soft" role="status">${this.said || (this.link ? `${bytes(this.link.length)}. Nothing is sent anywhere: the run travels inside the link.` : "")}</p>`;
  }

  async #copy() {
    if (!this.link) return;
    try {
      await navigator.clipboard.writeText(this.link);
      this.said = "Copied.";
    } catch {
      this.renderRoot.querySelector<HTMLInputElement>("input[readonly]")?.select();
      this.said = "Press Ctrl C (⌘ C) to copy the selected link.";
    }
  }

  async #save() {
    const script = await this.lab.script().catch(() => null);
    if (script === null) return;
    const url = URL.createObjectURL(new Blob([script], { type: "application/json" }));
    const anchor = document.createElement("a");
    anchor.href = url;
    anchor.download = `splitbrain-${this.view?.config.seed ?? 0}-${Math.round((this.view?.now ?? 0) / 1000)}ms.json`;
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
    this.said = "Saved.";
  }

  #choose() {
    this.renderRoot.querySelector<HTMLInputElement>('input[type="file"]')?.click();
  }

  async #opened(event: Event) {
    const input = event.target as HTMLInputElement;
    const file = input.files?.[0];
    if (!file) return;
    // Chosen once more, the same file is opened once more.
    input.value = "";
    if (file.size > LARGEST_FILE) {
      this.said = `${file.name} is ${bytes(file.size)}; this page opens runs up to 32 MB.`;
      return;
    }
    const script = await file.text().catch(() => null);
    if (script === null) {
      this.said = `${file.name} could not be read. Choose another file, or this one again.`;
      return;
    }
    this.close();
    await this.lab.openScript(script).catch(() => {});
  }
}
