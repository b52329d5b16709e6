import { css } from 'lit';

/** The sandbox's own material, by day and by night the same: dark, narrow, small. Nothing of the product looks like it. */
export const sandboxStyles = css`
  :host {
    display: block;
    color-scheme: dark;
    color: #ece7df;
    font-size: 0.875rem;
    line-height: 1.45;
    font-variant-numeric: tabular-nums;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  aside {
    display: flex;
    flex-direction: column;
    block-size: 100%;
    background: #23262b;
  }
  #tools,
  .watching {
    padding: 0 20px 16px;
    overflow-y: auto;
    overscroll-behavior: contain;
    scrollbar-width: thin;
  }
  #tools {
    flex: 1 1 auto;
  }
  .watching {
    flex: 0 0 27%;
    min-block-size: 184px;
    padding-block-start: 12px;
    margin: 0;
    background: #1c1e22;
  }
  header {
    padding: 16px 20px 0;
    display: flex;
    align-items: center;
    justify-content: space-between;
  }
  h2,
  h3,
  p {
    margin: 0;
  }
  h2 {
    font-size: 0.8125rem;
    font-weight: 600;
    letter-spacing: 0.08em;
    text-transform: uppercase;
    color: #f2c14e;
  }
  h3 {
    font-size: 0.875rem;
    font-weight: 600;
    margin-block-end: 8px;
  }
  section {
    border-block-start: 1px solid #3d424a;
    margin-block-start: 12px;
    padding-block-start: 12px;
  }
  .quiet {
    color: #b4b8bf;
    margin-block-start: 4px;
  }
  .said:empty {
    display: none;
  }
  .said {
    margin-block-start: 8px;
    color: #f2c14e;
    overflow-wrap: anywhere;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    gap: 8px;
    align-items: end;
    margin-block-start: 8px;
  }
  .row > .wide,
  .row > .grow {
    flex: 1 1 0;
    min-inline-size: max-content;
  }
  .row > .grow {
    min-inline-size: 128px;
  }
  label {
    display: block;
    color: #b4b8bf;
  }
  label.check {
    display: flex;
    gap: 8px;
    align-items: center;
    min-block-size: 32px;
    margin-block-start: 4px;
  }
  input,
  select,
  textarea,
  button {
    font: inherit;
    color: #ece7df;
  }
  input:not([type='checkbox']),
  select,
  textarea {
    display: block;
    inline-size: 100%;
    min-block-size: 34px;
    padding: 4px 8px;
    background: #181a1e;
    border: 1px solid #6f757f;
    border-radius: 6px;
  }
  input[type='checkbox'] {
    inline-size: 18px;
    block-size: 18px;
    margin: 0;
    accent-color: #f2c14e;
  }
  textarea {
    font-family: ui-monospace, monospace;
    font-size: 0.8125rem;
    resize: vertical;
  }
  ::placeholder {
    color: #9a9fa8;
    opacity: 1;
  }
  button {
    min-block-size: 34px;
    padding: 4px 12px;
    background: #3a3f47;
    border: 1px solid #6f757f;
    border-radius: 6px;
    cursor: pointer;
    transition: background 160ms ease-out;
  }
  button:hover {
    background: #4a505a;
  }
  button:disabled {
    color: #9a9fa8;
    cursor: progress;
  }
  button.plain {
    background: none;
    border-color: transparent;
    color: #b4b8bf;
    margin-inline-end: -12px;
  }
  button.plain:hover {
    color: #ece7df;
  }
  :focus-visible {
    outline: 2px solid #f2c14e;
    outline-offset: 2px;
  }
  details {
    margin-block-start: 12px;
  }
  summary {
    cursor: pointer;
    padding-block: 4px;
    color: #b4b8bf;
  }
  summary:hover {
    color: #ece7df;
  }
  details label {
    margin-block-start: 8px;
  }
  .clock .hour {
    font-size: 1.5rem;
    font-weight: 600;
    line-height: 1.2;
    margin-inline-end: 6px;
  }
  .clock {
    min-block-size: 30px;
  }
  .feed {
    list-style: none;
    margin: 8px 0 0;
    padding: 0;
  }
  .feed li {
    border-inline-start: 3px solid #6f757f;
    padding: 2px 0 2px 10px;
    margin-block-end: 10px;
    animation: arrive 200ms ease-out;
  }
  .feed .credits-allotted,
  .feed .credits-returned {
    border-color: #8fd0b5;
  }
  .feed .credits-consumed {
    border-color: #ece7df;
  }
  .feed .credits-low,
  .feed .credits-exhausted {
    border-color: #f2c14e;
  }
  .feed .credits-expired,
  .feed .credits-revoked {
    border-color: #f19a8c;
  }
  .feed span {
    display: block;
  }
  .feed .when {
    color: #b4b8bf;
    font-size: 0.8125rem;
    overflow-wrap: anywhere;
  }
  @media (max-width: 1200px) {
    aside {
      display: block;
      max-block-size: 72dvh;
      overflow-y: auto;
    }
    header {
      padding-block: 8px;
      position: sticky;
      inset-block-start: 0;
      background: #23262b;
      z-index: 1;
    }
    .feed {
      max-block-size: none;
    }
  }
  @keyframes arrive {
    from {
      opacity: 0;
      transform: translateY(-6px);
    }
  }
  @media (prefers-reduced-motion: reduce) {
    *,
    ::before,
    ::after {
      animation: none !important;
      transition: none !important;
    }
  }
`;
