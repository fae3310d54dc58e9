// The words of an open story above the stage, with the way to the next ones.

import { css, html, nothing } from "lit";
import { customElement } from "lit/decorators.js";
import { sceneAt } from "../model/narration.js";
import { Panel } from "../panels/panel.js";
import { controls } from "../style/controls.js";

@customElement("sb-narrator")
export class Narrator extends Panel {
  static override styles = [
    controls,
    css`
      :host {
        display: block;
        margin: 4px 24px 8px;
        padding: 12px 16px;
        border: 1px solid var(--line);
        border-left: 4px solid var(--accent);
        border-radius: 10px;
        background: var(--card);
      }
      .top,
      .end {
        display: flex;
        align-items: center;
        gap: 8px;
      }
      .top {
        justify-content: space-between;
        font-size: 12px;
        color: var(--soft);
      }
      .top button {
        min-height: 24px;
        padding: 0 8px;
      }
      .words {
        max-height: 132px;
        overflow: auto;
      }
      .words p {
        margin: 2px 0 8px;
        text-wrap: pretty;
        max-width: 78ch;
      }
      .end span {
        color: var(--soft);
        font-size: 12px;
        margin-left: auto;
      }
      @media (max-width: 760px) {
        :host {
          margin: 4px 14px 8px;
          padding: 10px 12px;
          /* The header stays above whatever is scrolled to. */
          scroll-margin-top: 124px;
        }
        .words {
          max-height: none;
        }
        .top button {
          min-height: 44px;
        }
      }
    `,
  ];

  #told: unknown;

  /** A story is chosen below the stage on a phone: its words come into sight, and the stage with them. */
  override updated() {
    if (this.#told !== this.lab.story) this.scrollIntoView({ block: "nearest" });
    this.#told = this.lab.story;
  }

  override render() {
    const { story, playing } = this.lab;
    if (!story) return nothing;
    const { moment } = this.view.frame;
    const now = sceneAt(story.scenes, moment);
    const scene = story.scenes[now];
    const back = story.scenes[now - 1];
    const next = story.scenes[now + 1];
    const past = scene !== undefined && moment.step > scene.step;
    return html`<div role="region" aria-label="Story">
      <div class="top"><span><b>${story.title}</b> · ${story.paper}</span><button aria-label="End the story" title="Keep the run, without its story" @click=${() => this.lab.endStory()}>✕</button></div>
      <div class="words" aria-live="polite">${scene?.paragraphs.map((one) => html`<p>${one}</p>`)}</div>
      <div class="end">
        <button ?disabled=${!back && !past} aria-label="Back a beat" title="Back to the beginning of this beat, or to the one before" @click=${() => this.#go(past ? scene : back)}>◂ Back</button>
        <button class="primary" ?disabled=${!next || playing} aria-label="Next beat" title="Play to the next beat" @click=${() => next && this.lab.playTo(next.at, next.step)}>${playing ? "Playing…" : "Next ▸"}</button>
        ${next ? html`<button aria-label="Skip to the next beat" title="Go to the next beat at once" @click=${() => this.#go(next)}>Skip</button>` : nothing}
        <span>${moment.branch === story.branch ? `${now + 1} of ${story.scenes.length}` : "You changed what happens: the words are the story's, not yours."}</span>
      </div></div>`;
  }

  #go(scene: { at: number; step: number } | undefined) {
    if (!scene) return;
    this.lab.pause();
    void this.lab.seek(scene.at, scene.step);
  }
}
