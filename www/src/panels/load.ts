// Steady random load: how many clients are under it, and of what it is made. A slider that is let go of is an act of the run.

import { css, html, LitElement } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import type { Node } from "splitbrain";
import type { Lab } from "../engine/lab.js";
import { count, span } from "../model/format.js";
import { changed, inBrief, loaded, type Mix, mixOf, notchOf, PAUSES, percent, renewed } from "../model/load.js";
import { controls } from "../style/controls.js";

interface Slider {
  readonly name: string;
  readonly title: string;
  readonly max: number;
  readonly min?: number;
  readonly step?: number;
  readonly value: number;
  readonly said: (value: number) => string;
  /** What it changes. */
  readonly set: (value: number) => Partial<Mix>;
}

@customElement("sb-load")
export class LoadSliders extends LitElement {
  static override styles = [
    controls,
    css`
      :host {
        display: block;
      }
      summary {
        cursor: pointer;
        font-size: 13px;
        text-wrap: pretty;
      }
      .sliders {
        display: grid;
        grid-template-columns: max-content minmax(80px, 1fr) 72px;
        gap: 4px 12px;
        align-items: center;
        margin-top: 10px;
      }
      .sliders label {
        font-size: 12.5px;
        color: var(--soft);
      }
      output {
        font-size: 12.5px;
        font-variant-numeric: tabular-nums;
        text-align: right;
        white-space: nowrap;
      }
      input[type="range"] {
        width: 100%;
        min-width: 0;
      }
    `,
  ];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) clients: readonly Node[] = [];
  /** What is being set, until it is an act of the run; and how many clients. */
  @state() private mine: Mix | null = null;
  @state() private wanted: number | null = null;

  /** What the next load is made of. */
  get mix(): Mix {
    return this.mine ?? mixOf(this.clients);
  }

  get #busy(): number {
    return this.clients.filter((node) => node.client?.load).length;
  }

  override render() {
    const { mix } = this;
    const sliders: Slider[] = [
      {
        name: "Pause",
        title: "From an answer to the next call",
        max: PAUSES.length - 1,
        value: notchOf(mix.every),
        said: (notch) => span(PAUSES[notch] ?? 0),
        set: (notch) => ({ every: PAUSES[notch] ?? mix.every }),
      },
      {
        name: "Keys",
        title: "Over how many keys: k0, k1, …",
        min: 1,
        max: 20,
        value: mix.keys,
        said: String,
        set: (keys) => ({ keys }),
      },
      {
        name: "On the first key",
        title: "The share of operations that go to k0, whatever the others do",
        max: 1000,
        step: 50,
        value: mix.hot,
        said: percent,
        set: (hot) => ({ hot }),
      },
      {
        name: "Writes",
        title: "The share of operations that write; the others read",
        max: 1000,
        step: 50,
        value: mix.writes,
        said: percent,
        set: (writes) => ({ writes }),
      },
      {
        name: "Compare-and-sets",
        title: "The share of writes that compare and set",
        max: 1000,
        step: 50,
        value: mix.cas,
        said: percent,
        set: (cas) => ({ cas }),
      },
      {
        name: "Deletes",
        title: "The share of writes that delete",
        max: 1000,
        step: 50,
        value: mix.deletes,
        said: percent,
        set: (deletes) => ({ deletes }),
      },
    ];
    const busy = this.wanted ?? this.#busy;
    return html`<details><summary>Steady load: <span class="soft">${inBrief(busy, mix)}</span></summary>
      <div class="sliders" role="group" aria-label="Steady load">
        <label for="clients">Clients under load</label>
        <input id="clients" type="range" min="0" max=${this.clients.length} .value=${String(busy)} title="How many clients are under load" aria-valuetext=${count(busy, "client")}
          @input=${(event: Event) => {
            this.wanted = numberOf(event);
          }} @change=${this.#setClients} /><output>${busy} of ${this.clients.length}</output>
        ${sliders.map((one, i) => this.#slider(one, i))}
      </div></details>`;
  }

  #slider({ name, title, min = 0, max, step = 1, value, said, set }: Slider, i: number) {
    return html`<label for="slider-${i}">${name}</label>
      <input id="slider-${i}" type="range" min=${min} max=${max} step=${step} .value=${String(value)} title=${title} aria-valuetext=${said(value)}
        @input=${(event: Event) => {
          this.mine = changed(this.mix, set(numberOf(event)));
        }} @change=${() => void this.#renew()} /><output>${said(value)}</output>`;
  }

  async #setClients(event: Event) {
    const actions = loaded(this.clients, numberOf(event), this.mix);
    if (actions.length > 0) await this.lab.act(...actions).catch(() => {});
    this.wanted = null;
  }

  /** What nobody is under yet is kept for whoever comes under it. */
  async #renew() {
    const actions = renewed(this.clients, this.mix);
    if (actions.length === 0) return;
    await this.lab.act(...actions).catch(() => {});
    this.mine = null;
  }
}

const numberOf = (event: Event): number => Number((event.target as HTMLInputElement).value);

declare global {
  interface HTMLElementTagNameMap {
    "sb-load": LoadSliders;
  }
}
