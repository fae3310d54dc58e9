// A new run: the shape of the cluster, its seed, how its network and disks behave.

import { html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import type { Config } from "splitbrain";
import { Dialog } from "./dialog.js";

type Shape = "servers" | "clients" | "workers";
const SHAPE: readonly { name: Shape; label: string; min: number; max: number }[] = [
  { name: "servers", label: "Servers", min: 1, max: 9 },
  { name: "clients", label: "Clients", min: 0, max: 6 },
  { name: "workers", label: "MapReduce workers", min: 0, max: 10 },
];

type Range = "latency" | "diskLatency" | "electionTimeout";
const RANGES: readonly { name: Range; label: string }[] = [
  { name: "latency", label: "Network, one hop" },
  { name: "diskLatency", label: "Disk write" },
  { name: "electionTimeout", label: "Election timeout" },
];

/** A number, or null for an empty field. */
const optional = (event: Event) => {
  const { value } = event.target as HTMLInputElement;
  return value === "" ? null : Number(value);
};

@customElement("sb-new-run")
export class NewRun extends Dialog {
  protected readonly heading = "New run";
  @state() private config: Config | null = null;

  override show() {
    if (this.view) this.config = structuredClone(this.view.config);
    super.show();
  }

  protected body() {
    const config = this.config;
    if (!config) return html`<p class="soft">The engine is still starting.</p>`;
    return html`
      <form @submit=${this.#submit}>
        <div class="fields">
          ${SHAPE.map(({ name, label, min, max }) => html`<label>${label}${this.#number(config[name], min, max, (value) => ({ [name]: value }))}</label>`)}
          <label>Seed
            <span class="pair"><input type="number" min="0" max=${Number.MAX_SAFE_INTEGER} required .value=${String(config.seed)} aria-label="Seed"
              @change=${(event: Event) => this.#set({ seed: Number((event.target as HTMLInputElement).value) })} />
            <button type="button" title="Draw a fresh seed" @click=${this.#draw}>Draw one</button></span></label>
          <label>Heartbeat every, ms${this.#number(config.heartbeat / 1000, 1, 10_000, (value) => ({ heartbeat: Math.round(value * 1000) }))}</label>
          <label>Messages lost, in 1000${this.#number(config.loss, 0, 1000, (value) => ({ loss: value }))}</label>
          <label>Snapshot near, bytes<input type="number" min="256" max="4000000000" step="1" placeholder="never" .value=${config.maxRaftState == null ? "" : String(config.maxRaftState)}
            title="A server whose log grows near this size takes a snapshot; empty for never (§7)"
            @change=${(event: Event) => this.#set({ maxRaftState: optional(event) })} /></label>
          <label>Snapshot chunk, bytes<input type="number" min="1" max="4000000000" step="1" placeholder="whole" .value=${config.snapshotChunk == null ? "" : String(config.snapshotChunk)}
            title="The most bytes of a snapshot in one message; empty to send it whole"
            @change=${(event: Event) => this.#set({ snapshotChunk: optional(event) })} /></label>
          <label>Messages overtaken, in 1000${this.#number(config.reordering ?? 0, 0, 1000, (value) => ({ reordering: value }))}</label>
          <label>Messages doubled, in 1000${this.#number(config.duplication, 0, 1000, (value) => ({ duplication: value }))}</label>
        </div>
        ${config.workers > 0 ? this.#jobs(config) : nothing}
        <div class="fields">
          ${RANGES.map(
            ({ name, label }) => html`<label>${label}, ms
              <span class="pair">${([0, 1] as const).map(
                (
                  end,
                ) => html`<input type="number" min="0" max="60000" step="0.001" required .value=${String(config[name][end] / 1000)}
                  aria-label="${label}, ${end === 0 ? "shortest" : "longest"}, in milliseconds"
                  @change=${(event: Event) => {
                    const range: [number, number] = [...config[name]];
                    range[end] = Math.round(Number((event.target as HTMLInputElement).value) * 1000);
                    this.#set({ [name]: range });
                  }} />`,
              )}</span></label>`,
          )}
        </div>
        <p class="soft">Same shape, seed and actions: the same run, step for step. This run stays only if you share or save it.</p>
        <div class="end"><button type="button" title="Keep this run (Escape)" @click=${() => this.close()}>Cancel</button><button class="primary" type="submit" title="Begin at time 0 (Enter)">Start</button></div>
      </form>`;
  }

  /** What MapReduce jobs will meet. */
  #jobs({ intermediate = "shared", coordinator = "plain", backupAfter = null }: Config) {
    const choose = (change: (value: string) => Partial<Config>) => (event: Event) =>
      this.#set(change((event.target as HTMLSelectElement).value));
    return html`<div class="fields">
      <label>Intermediate files<select aria-label="Intermediate files" title="On a shared store as in the lab, or on each worker's own disk as in the paper (§3.1): then a crash loses what finished maps have written"
        @change=${choose((value) => ({ intermediate: value as "shared" | "local" }))}>
        <option value="shared" ?selected=${intermediate === "shared"}>shared store</option><option value="local" ?selected=${intermediate === "local"}>workers' disks</option></select></label>
      <label>Coordinator<select aria-label="Coordinator" title="A process of its own, whose crash ends the job (§3.3), or one whose state the Raft servers keep"
        @change=${choose((value) => ({ coordinator: value as "plain" | "replicated" }))}>
        <option value="plain" ?selected=${coordinator === "plain"}>plain</option><option value="replicated" ?selected=${coordinator === "replicated"}>replicated</option></select></label>
      <label>Backup tasks after, s<input type="number" aria-label="Backup tasks after, in seconds" min="0.001" max="3600" step="any" placeholder="off" .value=${backupAfter === null ? "" : String(backupAfter / 1e6)}
        title="Near the end of a job, a task that has been in progress for so long is given to a second worker as well (§3.6); empty for never"
        @change=${(event: Event) => {
          const after = optional(event);
          this.#set({ backupAfter: after === null ? null : Math.round(after * 1e6) });
        }} /></label>
    </div>`;
  }

  #number(value: number, min: number, max: number, change: (value: number) => Partial<Config>) {
    return html`<input type="number" required step="any" min=${min} max=${max} .value=${String(value)}
      @change=${(event: Event) => this.#set(change(Number((event.target as HTMLInputElement).value)))} />`;
  }

  #set(change: Partial<Config>) {
    if (this.config) this.config = { ...this.config, ...change };
  }

  async #draw() {
    this.#set({ seed: await this.lab.freshSeed() });
  }

  async #submit(event: Event) {
    event.preventDefault();
    if (!this.config) return;
    this.close();
    await this.lab.open(this.config).catch(() => {});
  }
}
