// The list of keys, one table for the dialog and for the tooltips.

import { html } from "lit";
import { customElement } from "lit/decorators.js";
import { Dialog } from "./dialog.js";

/** Keys as tinykeys spells them are in split-brain.ts; here they are as people read them. */
const KEYS: readonly (readonly [string, string])[] = [
  ["space", "Play or pause"],
  ["→", "One step forward"],
  ["←", "One step back"],
  [", and .", "Slower, faster"],
  ["[ and ]", "Previous, next election"],
  ["f", "Break something"],
  ["p", "Partition the servers…"],
  ["h", "Heal: open all links"],
  ["c", "Crash or restart the selected node"],
  ["i", "Isolate the selected node"],
  ["t", "Fire the selected server's timer"],
  ["1 – 9", "Logs, Key/value, History, MapReduce, Checks, Steps, Rules, Stories, Labs"],
  ["w", "Why? The causes of what just happened"],
  ["n", "New run…"],
  ["s", "Share, save or open a run"],
  ["Tab, then arrows", "Among servers, clients and workers; Enter selects"],
  ["Escape", "Close what is open, or deselect"],
  ["?", "This list"],
];

@customElement("sb-keys")
export class Keys extends Dialog {
  protected readonly heading = "Keys";

  protected body() {
    return html`<table>${KEYS.map(([key, what]) => html`<tr><th scope="row" class="mono">${key}</th><td>${what}</td></tr>`)}</table>
      <p class="soft">With a mouse or a finger: drag a line between servers to part them, click a link to cut it, click a message to touch it. Keys work while Splitbrain has the focus.</p>`;
  }
}
