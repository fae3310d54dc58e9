// Stories: lessons that are runs. Each is listed with its claim; once open, its beats can be walked.

import { css, html, nothing } from "lit";
import { customElement, state } from "lit/decorators.js";
import { labs } from "../engine/labs.js";
import { type Listed, stories } from "../engine/stories.js";
import { seconds } from "../model/format.js";
import { sceneAt, scenes } from "../model/narration.js";
import { controls } from "../style/controls.js";
import { Panel } from "./panel.js";

const ROOMS: readonly { room: string; name: string }[] = [
  { room: "raft", name: "Raft" },
  { room: "kv", name: "Key/value service" },
  { room: "mapreduce", name: "MapReduce" },
];

@customElement("sb-stories")
export class Stories extends Panel {
  static override styles = [
    controls,
    css`
      :host {
        display: block;
      }
      h2 {
        font-size: 14px;
        color: var(--ink);
      }
      ul,
      ol {
        list-style: none;
        margin: 0;
        padding: 0;
      }
      .list li + li {
        border-top: 1px solid var(--line);
      }
      .list button {
        all: unset;
        box-sizing: border-box;
        display: block;
        width: 100%;
        padding: 10px 8px;
        margin: 0 -8px;
        border-radius: 8px;
        cursor: pointer;
      }
      .list button:hover {
        background: var(--sunk);
      }
      .list button:focus-visible {
        outline: 2px solid var(--accent);
      }
      .list b {
        display: flex;
        justify-content: space-between;
        gap: 12px;
        font-weight: 600;
      }
      .list b span {
        font-weight: 400;
        font-size: 12px;
        color: var(--soft);
        white-space: nowrap;
      }
      .list .claim {
        color: var(--soft);
        font-size: 12.5px;
        display: block;
        text-wrap: pretty;
      }
      .open {
        background: var(--sunk);
      }
      .beats li {
        display: grid;
        grid-template-columns: 68px minmax(0, 1fr);
        gap: 10px;
        padding: 7px 0;
        font-size: 13px;
        color: var(--soft);
      }
      .beats .now {
        color: var(--ink);
        box-shadow: -10px 0 0 var(--sunk), -12px 0 0 var(--accent);
      }
      .beats time {
        font: 12px var(--mono);
      }
      .beats p {
        margin: 0;
        text-wrap: pretty;
      }
      .beats p + p {
        margin-top: 6px;
      }
    `,
  ];

  @state() private list: readonly Listed[] | null = null;
  @state() private problem: string | null = null;
  @state() private opening: string | null = null;

  override connectedCallback() {
    super.connectedCallback();
    void this.#load();
  }

  async #load() {
    this.problem = null;
    try {
      this.list = await stories();
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  override render() {
    return html`${this.#current()}
      ${
        this.problem
          ? html`<section><div class="empty"><p>${this.problem}</p><p><button title="Fetch the stories again" @click=${() => void this.#load()}>Try again</button></p></div></section>`
          : this.list === null
            ? html`<section><p class="soft" role="status">Fetching the stories…</p></section>`
            : ROOMS.map(({ room, name }) =>
                this.#room(name, this.list?.filter((one) => one.name.startsWith(`${room}/`)) ?? []),
              )
      }`;
  }

  #room(name: string, mine: readonly Listed[]) {
    if (mine.length === 0) return nothing;
    return html`<section><h2>${name}</h2><ul class="list" aria-label="Stories of ${name}">${mine.map(
      (
        one,
      ) => html`<li><button title="Open this story as a run" aria-busy=${this.opening === one.name} @click=${() => void this.#open(one)}>
        <b>${one.title}<span>${this.opening === one.name ? "running…" : one.paper}</span></b><span class="claim">${one.claim}</span></button></li>`,
    )}</ul></section>`;
  }

  async #open(one: Listed) {
    if (this.opening !== null) return;
    this.opening = one.name;
    try {
      const story = await labs.story(one.text);
      await this.lab.openStory(story.script, { title: story.title, paper: story.paper, scenes: scenes(story) });
    } catch (error) {
      if (this.lab.notice === null) this.lab.say(error instanceof Error ? error.message : String(error), "error");
    } finally {
      this.opening = null;
    }
  }

  /** The story that is open, beat by beat. */
  #current() {
    const { story } = this.lab;
    if (!story) return nothing;
    const now = sceneAt(story.scenes, this.view.frame.moment);
    return html`<section class="open" aria-label="This story">
      <h2>${story.title} <span class="soft">· ${story.paper}</span></h2>
      <ol class="beats" aria-label="Beats">${story.scenes.map(
        (scene, i) => html`<li class=${i === now ? "now" : ""} aria-current=${i === now ? "step" : nothing}>
          <span><button class="link" title="Go to this beat" @click=${() => this.#go(scene.at, scene.step)}><time>${seconds(scene.at)}</time></button></span>
          <div>${scene.paragraphs.map((one) => html`<p>${one}</p>`)}</div></li>`,
      )}</ol></section>`;
  }

  #go(at: number, step: number) {
    this.lab.pause();
    void this.lab.seek(at, step);
  }
}
