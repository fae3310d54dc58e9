// How the form of a job looks.

import { css } from "lit";

export const formLook = css`
  :host {
    display: block;
  }
  form {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 12px;
  }
  .fields {
    display: grid;
    grid-template-columns: 1fr 1.32fr 0.6fr;
    gap: 10px;
  }
  .fields label,
  .wide {
    display: grid;
    gap: 4px;
    font-size: 12px;
    color: var(--soft);
    min-width: 0;
  }
  .fields input,
  .fields select,
  .wide input {
    width: 100%;
  }
  .about,
  .hint,
  .problem,
  .coming {
    margin: 0;
    font-size: 12.5px;
  }
  .about {
    margin-top: -6px;
  }
  .coming {
    min-height: 150px;
  }
  .options {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 18px;
  }
  .options label {
    display: inline-flex;
    align-items: center;
    gap: 7px;
    min-height: 32px;
  }
  .program {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 8px;
  }
  code {
    font: 12px var(--mono);
  }
  textarea {
    width: 100%;
    min-height: 90px;
    resize: vertical;
  }
  textarea.mono {
    min-height: 200px;
  }
  .drop {
    border: 1px dashed var(--line);
    border-radius: 10px;
    padding: 10px;
    display: grid;
    gap: 8px;
  }
  .drop.over {
    border-color: var(--accent);
    background: var(--sunk);
  }
  @media (max-width: 760px) {
    .options label {
      min-height: 44px;
    }
    .shown {
      display: inline;
    }
  }
  @media (max-width: 480px) {
    .fields {
      grid-template-columns: 1fr 1fr;
    }
  }
`;
