// Lines of text as they stand in a file.

import { css } from "lit";

export const listing = css`
  pre {
    margin: 0;
    max-height: 260px;
    overflow: auto;
    font: 12px/1.5 var(--mono);
    background: var(--sunk);
    border-radius: 8px;
    padding: 10px 12px;
  }
`;
