// The house: header, stage, panels, timeline; side by side on a wide screen, stacked on a narrow one.

import { css, unsafeCSS } from "lit";
import { declarations } from "../model/palette.js";

export const house = css`
  :host {
    ${unsafeCSS(declarations())}
    --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
    color-scheme: light dark;
    display: block;
    background: var(--ground);
    color: var(--ink);
    font: 14px/1.45 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
    outline: none;
    height: 100dvh;
  }
  :host([theme="light"]) {
    color-scheme: light;
  }
  :host([theme="dark"]) {
    color-scheme: dark;
  }
  .house {
    display: grid;
    grid-template: auto minmax(0, 1fr) clamp(150px, 18.5dvh, 180px) / minmax(0, 1fr) clamp(420px, 36vw, 560px);
    height: 100%;
  }
  header {
    grid-column: 1 / 3;
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 8px;
    min-height: 52px;
    padding: 6px 16px;
    border-bottom: 1px solid var(--line);
    background: var(--card);
  }
  .break {
    position: relative;
    display: inline-block;
  }
  .logo {
    font-weight: 700;
    letter-spacing: -0.02em;
    font-size: 17px;
    margin-right: 6px;
  }
  .logo b {
    color: var(--accent);
  }
  .speed {
    display: flex;
    align-items: center;
    gap: 10px;
    font-size: 12px;
    color: var(--soft);
    white-space: nowrap;
  }
  .speed b {
    color: var(--ink);
    font-weight: 600;
    display: inline-block;
    min-width: 42px;
  }
  .speed input {
    width: 92px;
    min-height: 20px;
  }
  header .narrow {
    display: none;
  }
  header > button {
    padding: 5px 9px;
  }
  header .play {
    min-width: 104px;
  }
  .space {
    flex: 1;
  }
  .facts {
    display: flex;
    align-items: center;
    gap: 4px 14px;
    font-size: 12px;
    color: var(--soft);
    white-space: nowrap;
  }
  .facts b {
    color: var(--ink);
    font-weight: 600;
  }
  .seed b {
    display: inline-block;
    max-width: 9ch;
    overflow: hidden;
    text-overflow: ellipsis;
    vertical-align: bottom;
  }
  .shape {
    all: unset;
    box-sizing: border-box;
    cursor: pointer;
    border-radius: 6px;
    padding: 4px 6px;
    margin: 0 -6px;
  }
  .shape:hover {
    background: var(--sunk);
  }
  .shape:focus-visible,
  .verdict:focus-visible {
    outline: 2px solid var(--accent);
  }
  .verdict {
    all: unset;
    cursor: pointer;
    white-space: nowrap;
    color: var(--ink);
    font-weight: 600;
    padding: 4px 6px;
    margin: 0 -6px;
    border-radius: 6px;
  }
  .verdict:hover {
    background: var(--sunk);
  }
  .verdict i {
    font-style: normal;
    color: var(--good);
  }
  .verdict.bad,
  .verdict.bad i {
    color: var(--broken);
  }
  main {
    display: flex;
    flex-direction: column;
    min-width: 0;
    min-height: 0;
  }
  .say {
    padding: 16px 24px 4px;
    display: grid;
    gap: 2px;
    /* Two lines of headline and one of hint: the stage below keeps its place whatever is said. */
    min-height: 96px;
    align-content: start;
  }
  .say h1 {
    font-size: 20px;
    line-height: 1.3;
    margin: 0;
    font-weight: 600;
    letter-spacing: -0.01em;
    text-wrap: balance;
  }
  .say h1::first-letter {
    text-transform: uppercase;
  }
  .say p {
    margin: 0;
    color: var(--soft);
    text-wrap: pretty;
  }
  .brand {
    color: var(--hold);
    font-weight: 600;
    margin-left: 10px;
  }
  sb-stage {
    flex: 1;
  }
  aside {
    border-left: 1px solid var(--line);
    background: var(--card);
    display: flex;
    flex-direction: column;
    min-height: 0;
    min-width: 0;
  }
  .tabs {
    display: flex;
    padding: 8px 11px 0;
    border-bottom: 1px solid var(--line);
    overflow-x: auto;
    scrollbar-width: none;
    flex: none;
  }
  .tabs button {
    border: 0;
    border-radius: 6px 6px 0 0;
    background: none;
    color: var(--soft);
    font-size: 12.5px;
    padding: 7px 5px 9px;
  }
  .tabs button[aria-selected="true"] {
    color: var(--ink);
    font-weight: 600;
    box-shadow: inset 0 -2px var(--accent);
  }
  .tabs button:focus-visible {
    outline-offset: -2px;
  }
  .panel {
    flex: 1 1 auto;
    min-height: 0;
    overflow: auto;
    /* What is hidden but read aloud is placed in here, so that it does not make the page itself scroll. */
    position: relative;
  }
  .panel:focus-visible {
    outline-offset: -2px;
  }
  sb-inspector {
    flex: none;
    max-height: 60%;
    overflow: auto;
    position: relative;
    border-top: 1px solid var(--line);
  }
  sb-timeline {
    grid-column: 1 / 3;
    border-top: 1px solid var(--line);
    background: var(--card);
  }
  .notice {
    position: fixed;
    z-index: 30;
    left: 50%;
    top: 64px;
    translate: -50% 0;
    width: max-content;
    max-width: min(640px, calc(100vw - 24px));
    display: flex;
    gap: 14px;
    align-items: start;
    background: var(--card);
    border: 1px solid var(--line);
    border-left: 4px solid var(--accent);
    border-radius: 10px;
    padding: 12px 12px 12px 16px;
    box-shadow: 0 12px 40px rgb(0 0 0 / 0.22);
  }
  .notice.broken {
    border-left-color: var(--broken);
    font-weight: 400;
    color: var(--ink);
  }
  .notice.error {
    border-left-color: var(--hold);
  }
  .notice p {
    margin: 4px 0;
    overflow-wrap: anywhere;
  }
  .busy {
    position: fixed;
    z-index: 29;
    left: 50%;
    bottom: 24px;
    translate: -50% 0;
    width: min(420px, calc(100vw - 24px));
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 12px;
    padding: 12px 16px;
    box-shadow: 0 12px 40px rgb(0 0 0 / 0.22);
    display: grid;
    grid-template-columns: 1fr auto;
    gap: 8px 14px;
    align-items: center;
  }
  .busy progress {
    grid-column: 1 / 3;
  }
  .starting {
    flex: 1;
    display: grid;
    place-content: center;
    color: var(--soft);
  }
  @media (max-width: 1400px) {
    header kbd,
    .facts .seed {
      display: none;
    }
  }
  @media (max-width: 1000px) {
    :host {
      height: auto;
      min-height: 100dvh;
    }
    .house {
      display: flex;
      flex-direction: column;
      height: auto;
    }
    header {
      position: sticky;
      top: 0;
      z-index: 10;
    }
    main {
      order: 1;
    }
    sb-timeline {
      order: 2;
      height: 190px;
    }
    aside {
      order: 3;
      border-left: 0;
      border-top: 1px solid var(--line);
    }
    sb-stage {
      flex: none;
    }
    sb-stage:not([narrow]) {
      height: 600px;
    }
    .panel {
      min-height: 420px;
      overflow: visible;
    }
    sb-inspector {
      order: -1;
      max-height: none;
      border-top: 0;
      border-bottom: 1px solid var(--line);
    }
    .facts .shape {
      display: none;
    }
  }
  @media (max-width: 760px) {
    header {
      padding: 6px 10px;
      gap: 6px;
    }
    header .logo,
    .space,
    header .speed .word {
      display: none;
    }
    header .wide,
    .rest {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
    header .narrow {
      display: inline;
    }
    header .play {
      min-width: 72px;
    }
    header .speed {
      flex: 1 1 120px;
      gap: 6px;
    }
    header .speed input {
      flex: 1;
      width: 60px;
      min-height: 44px;
    }
    .facts {
      flex: 1;
    }
    .facts .verdict {
      min-height: 44px;
      display: inline-flex;
      align-items: center;
      gap: 5px;
      margin: 0;
    }
    .say {
      padding: 14px 14px 4px;
      min-height: 140px;
    }
    .say h1 {
      font-size: 17px;
    }
    sb-timeline {
      height: 276px;
    }
    .tabs {
      padding: 4px 8px 0;
      display: grid;
      grid-template-columns: repeat(5, 1fr);
    }
    .notice {
      top: 112px;
      width: calc(100vw - 24px);
    }
  }
`;
