// The console of one client: a line as in a shell, with its history and completion, and the same in pieces.

import { css, html, LitElement, nothing } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import type { Node } from "splitbrain";
import type { Lab } from "../engine/lab.js";
import { choicesFor, completed, type Operation, parseOperation, VERBS, type Verb } from "../model/command.js";
import { cut } from "../model/format.js";
import { controls } from "../style/controls.js";

/** Lines that were sent, oldest first. They outlive the panel. */
const sent: string[] = [];
const REMEMBERED = 100;
/** So many words are offered at once. */
const OFFERED = 8;

@customElement("sb-console")
export class Console extends LitElement {
  static override styles = [
    controls,
    css`
      :host {
        display: grid;
        gap: 8px;
      }
      form {
        display: grid;
        gap: 8px;
      }
      .line {
        display: grid;
        grid-template-columns: 1fr auto;
        gap: 8px;
      }
      .line input {
        font-family: var(--mono);
        width: 100%;
      }
      .pieces {
        display: grid;
        grid-template-columns: auto 1fr 1.6fr auto;
        gap: 8px;
      }
      .pieces.cas {
        grid-template-columns: auto 1fr 1fr 1fr auto;
      }
      .pieces input {
        min-width: 0;
        width: 100%;
      }
      .offers {
        gap: 4px;
        min-height: 0;
      }
      .offers button {
        min-height: 24px;
        padding: 1px 8px;
        font: 12px var(--mono);
      }
      .wrong {
        color: var(--hold);
        margin: 0;
      }
      @media (max-width: 760px) {
        .offers button {
          min-height: 44px;
        }
        .pieces,
        .pieces.cas {
          grid-template-columns: 1fr 1fr;
        }
        .pieces.cas button {
          grid-column: 1 / 3;
        }
      }
    `,
  ];

  @property({ attribute: false }) lab!: Lab;
  @property({ attribute: false }) node!: Node;
  /** The keys that somebody may mean. */
  @property({ attribute: false }) keys: readonly string[] = [];
  @state() private typed = "";
  @state() private wrong = "";
  @state() private verb: Verb = "put";
  @query("#line") private line!: HTMLInputElement | null;
  @query("#key") private key!: HTMLInputElement | null;
  @query("#expected") private expected!: HTMLInputElement | null;
  @query("#value") private value!: HTMLInputElement | null;

  /** Where in the history the line stands; none while it is a new one, which is then kept. */
  #at: number | null = null;
  #draft = "";

  override render() {
    const choices = choicesFor(this.typed, this.keys);
    const takesValue = this.verb !== "get" && this.verb !== "delete";
    return html`<form @submit=${this.#send}>
        <div class="line">
          <input id="line" aria-label="Operation" placeholder="put x 1" autocomplete="off" autocapitalize="off" spellcheck="false" aria-describedby="wrong"
            title="↑ and ↓ bring back what was sent, Tab completes" @input=${this.#input} @keydown=${this.#keydown} />
          <button class="primary" title="Send (Enter)">Send</button>
        </div>
        ${
          choices.length === 0 || (choices.length === 1 && this.typed.endsWith(choices[0] ?? ""))
            ? nothing
            : html`<div class="row offers" role="group" aria-label="Completions">${choices
                .slice(0, OFFERED)
                .map(
                  (word) =>
                    html`<button type="button" title="Complete it (Tab)" @click=${() => this.#complete([word])}>${cut(word, 24)}</button>`,
                )}</div>`
        }
        <p id="wrong" class="wrong" role="alert" ?hidden=${this.wrong === ""}>${this.wrong}</p>
      </form>
      <form @submit=${this.#sendPieces}>
        <div class=${this.verb === "cas" ? "pieces cas" : "pieces"}>
          <select aria-label="Verb" title="What to do with the key" @change=${(event: Event) => {
            this.verb = (event.target as HTMLSelectElement).value as Verb;
          }}>${VERBS.map((verb) => html`<option ?selected=${verb === this.verb}>${verb}</option>`)}</select>
          <input id="key" aria-label="Key" placeholder="key" autocomplete="off" list="keys" />
          <datalist id="keys">${this.keys.map((key) => html`<option value=${key}></option>`)}</datalist>
          ${this.verb === "cas" ? html`<input id="expected" aria-label="Expected value" placeholder="if it is" title="What the key must hold; empty if it must not be there" autocomplete="off" />` : nothing}
          <input id="value" aria-label="Value" placeholder="value" autocomplete="off" ?disabled=${!takesValue} />
          <button title="Send this operation">Do it</button>
        </div>
      </form>`;
  }

  #input(event: Event) {
    this.typed = (event.target as HTMLInputElement).value;
    this.wrong = "";
    this.#at = null;
  }

  #keydown(event: KeyboardEvent) {
    if (event.key === "ArrowUp" || event.key === "ArrowDown") this.#recall(event, event.key === "ArrowUp" ? -1 : 1);
    if (event.key !== "Tab" || event.shiftKey) return;
    const choices = choicesFor(this.typed, this.keys);
    // Where there is nothing to complete, Tab goes on as everywhere.
    if (completed(this.typed, choices) === this.typed) return;
    event.preventDefault();
    this.#complete(choices);
  }

  #recall(event: KeyboardEvent, by: number) {
    if (sent.length === 0) return;
    event.preventDefault();
    if (this.#at === null) this.#draft = this.typed;
    const at = Math.max(0, (this.#at ?? sent.length) + by);
    this.#at = at < sent.length ? at : null;
    this.#write(sent[at] ?? this.#draft);
  }

  #complete(choices: readonly string[]) {
    this.#write(completed(this.typed, choices));
    this.line?.focus();
  }

  #write(line: string) {
    this.typed = line;
    if (this.line) this.line.value = line;
  }

  #send(event: Event) {
    event.preventDefault();
    if (!this.line) return;
    const operation = parseOperation(this.line.value);
    if ("error" in operation) {
      this.wrong = operation.error;
      return;
    }
    if (sent.at(-1) !== this.line.value) sent.push(this.line.value);
    if (sent.length > REMEMBERED) sent.shift();
    this.#at = null;
    this.#write("");
    this.#do(operation);
  }

  #sendPieces(event: Event) {
    event.preventDefault();
    const key = this.key?.value ?? "";
    if (key === "") {
      this.wrong = "Name a key first.";
      this.key?.focus();
      return;
    }
    this.wrong = "";
    const { verb } = this;
    const value = this.value?.value ?? "";
    if (verb === "get" || verb === "delete") this.#do({ do: verb, key });
    else if (verb === "cas") this.#do({ do: verb, key, expected: this.expected?.value || null, value });
    else this.#do({ do: verb, key, value });
  }

  #do(operation: Operation) {
    void this.lab.act({ ...operation, client: this.node.id });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "sb-console": Console;
  }
}
