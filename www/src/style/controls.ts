// What every panel shares: controls, text sizes, term colours. Each panel adds only what is its own.

import { css, unsafeCSS } from "lit";
import { HUES } from "../model/palette.js";

/** `.h0` … `.h6`: the colours of a term, as --fill, --edge and --on. */
export const hues = unsafeCSS(
  Array.from(
    { length: HUES + 1 },
    (_, n) => `.h${n}{--fill:var(--fill-${n});--edge:var(--edge-${n});--on:var(--on-${n})}`,
  ).join(""),
);

export const controls = css`
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  h2 {
    font-size: 12px;
    line-height: 1.4;
    font-weight: 600;
    color: var(--soft);
    margin: 0 0 9px;
  }
  h3 {
    font-size: 13px;
    font-weight: 600;
    margin: 0 0 6px;
  }
  p {
    margin: 0 0 8px;
  }
  button,
  select,
  input,
  textarea {
    font: inherit;
    font-size: 13px;
    color: var(--ink);
    background: var(--card);
    border: 1px solid var(--line);
    border-radius: 8px;
    padding: 5px 11px;
    min-height: 32px;
    max-width: 100%;
  }
  button {
    cursor: pointer;
    white-space: nowrap;
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 7px;
  }
  button:hover:not(:disabled),
  select:hover {
    border-color: var(--faint);
    background: var(--sunk);
  }
  button:disabled {
    opacity: 0.45;
    cursor: default;
  }
  button.primary {
    background: var(--accent);
    border-color: var(--accent);
    color: var(--on-accent);
  }
  button.primary:hover:not(:disabled) {
    background: color-mix(in oklab, var(--accent), var(--ink) 14%);
  }
  button.link {
    all: unset;
    box-sizing: border-box;
    color: var(--accent);
    cursor: pointer;
    border-radius: 3px;
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 3px;
    text-decoration-color: color-mix(in oklab, var(--accent), transparent 60%);
  }
  button.link:hover {
    text-decoration-color: currentColor;
  }
  button.danger {
    color: var(--hold);
  }
  button[aria-pressed="true"] {
    border-color: var(--accent);
    box-shadow: inset 0 0 0 1px var(--accent);
  }
  input[type="checkbox"],
  input[type="radio"] {
    min-height: 0;
    width: 16px;
    height: 16px;
    margin: 0;
    padding: 0;
    accent-color: var(--accent);
  }
  input[type="range"] {
    padding: 0;
    border: 0;
    background: none;
    accent-color: var(--accent);
  }
  select {
    padding-right: 6px;
  }
  label {
    font-size: 13px;
  }
  :focus-visible {
    outline: 2px solid var(--accent);
    outline-offset: 2px;
  }
  kbd {
    font: 11px/1.45 var(--mono);
    color: var(--soft);
    border: 1px solid var(--line);
    border-radius: 4px;
    padding: 0 4px;
  }
  .primary kbd {
    color: inherit;
    border-color: currentColor;
    opacity: 0.85;
  }
  .mono {
    font-family: var(--mono);
    font-size: 12px;
  }
  .soft {
    color: var(--soft);
  }
  .good {
    color: var(--good);
  }
  .hold {
    color: var(--hold);
  }
  .broken {
    color: var(--broken);
    font-weight: 600;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: center;
  }
  .empty {
    color: var(--soft);
    padding: 18px;
    border: 1px dashed var(--line);
    border-radius: 10px;
    text-wrap: pretty;
  }
  .empty p:last-child {
    margin: 0;
  }
  table {
    border-collapse: collapse;
    width: 100%;
    font-size: 12.5px;
  }
  td,
  th {
    text-align: left;
    padding: 4px 8px 4px 0;
    font-weight: 400;
    vertical-align: top;
  }
  th {
    color: var(--soft);
  }
  section {
    padding: 16px 18px;
  }
  section + section {
    border-top: 1px solid var(--line);
  }
  progress {
    appearance: none;
    width: 100%;
    height: 6px;
    border: 0;
    border-radius: 3px;
    overflow: hidden;
    background: var(--line);
  }
  progress::-webkit-progress-bar {
    background: var(--line);
  }
  progress::-webkit-progress-value {
    background: var(--accent);
  }
  progress::-moz-progress-bar {
    background: var(--accent);
  }
  .hidden-text {
    position: absolute;
    width: 1px;
    height: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  @media (max-width: 760px) {
    button:not(.link),
    select,
    input:not([type="checkbox"], [type="radio"]),
    textarea {
      min-height: 44px;
    }
    button:not(.link) {
      min-width: 44px;
    }
    kbd {
      display: none;
    }
    section {
      padding: 14px;
    }
  }
`;
