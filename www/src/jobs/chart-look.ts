// How the chart of attempts and what is around it look.

import { css } from "lit";

export const chartLook = css`
  :host {
    display: block;
  }
  .box {
    touch-action: pan-y;
    border-radius: 8px;
    cursor: pointer;
  }
  canvas {
    display: block;
    width: 100%;
  }
  .said {
    margin: 6px 0 0;
    min-height: 3em;
    font-size: 12.5px;
  }
  .legend {
    display: flex;
    flex-wrap: wrap;
    gap: 2px 12px;
    font-size: 11.5px;
    color: var(--soft);
    margin: 4px 0 8px;
  }
  .legend b {
    color: var(--ink);
  }
  .legend i {
    display: inline-block;
    width: 16px;
    height: 11px;
    border-radius: 2px;
    background: var(--fill-2);
    margin-right: 5px;
    vertical-align: -1px;
  }
  .legend i.pill {
    border-radius: 6px;
    height: 9px;
  }
  summary {
    cursor: pointer;
    font-size: 12.5px;
    padding: 6px 0;
  }
  .scroll td:nth-child(-n + 4) {
    white-space: nowrap;
  }
  .scroll {
    overflow: auto;
    max-height: 260px;
  }
  @media (max-width: 760px) {
    summary {
      padding: 12px 0;
    }
  }
`;
