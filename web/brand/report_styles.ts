import { css } from "lit";

/** A sheet of A4: black on white on every screen and on paper, whatever the colours of the screen. */
export const paper = css`
  :host {
    color-scheme: light; --paper: #ffffff; --surface: #ffffff; --sunken: #eceae4; --line: #d6d3c9; --ink: #14130f;
    --ink-soft: #55524a; --accent: #b02c18; --on-accent: #ffffff; --good: #0d6e45; --good-wash: #ffffff;
    --warn: #7a4c00; --warn-wash: #ffffff; --bad: #a41f17; --bad-wash: #ffffff; --chart-a: #b02c18; --chart-b: #24549c;
    color: var(--ink); background: #e9e7e1; min-height: 100dvh; padding: var(--space-4);
  }
  .controls {
    display: flex; flex-wrap: wrap; gap: var(--space-2); justify-content: space-between; max-width: 210mm;
    margin: 0 auto var(--space-4);
  }
  .controls .button, .controls button { min-height: 2.5rem; }
  .sheet {
    display: grid; gap: var(--space-6); max-width: 210mm; margin: 0 auto; padding: 14mm; background: var(--surface);
  }
  .blank { text-align: center; justify-items: center; gap: var(--space-3); }
  .sheet > *, .halves > * { min-width: 0; }
  h1 { font-size: 1.75rem; margin: var(--space-1) 0; }
  h2 {
    font-size: var(--text-l); padding-bottom: var(--space-2); margin-bottom: var(--space-3);
    border-bottom: 1px solid var(--ink);
  }
  dl { display: grid; grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)); gap: var(--space-3) var(--space-4); }
  dd { font-size: 1.25rem; font-weight: 680; letter-spacing: -0.02em; }
  .halves { display: grid; gap: var(--space-6); }
  .halves > div { display: grid; gap: var(--space-6); align-content: start; }
  .note.bad { border: 1px solid var(--bad); font-weight: 600; display: flex; gap: var(--space-3); align-items: center; }
  tr, h2, dl { break-inside: avoid; }
  h2 { break-after: avoid; }
  .scroll { overflow-x: auto; }
  .scroll table { min-width: 38rem; }
  .time { white-space: nowrap; }
  @media (min-width: 48rem), print { .halves { grid-template-columns: 1fr 1fr; } }
  @media (max-width: 40rem) {
    :host { padding: 0; }
    .sheet { padding: var(--space-4); }
    .controls { padding: var(--space-3); margin: 0; }
  }
  @media print {
    :host { padding: 0; background: none; min-height: 0; font-size: 10pt; }
    .controls { display: none; }
    .sheet { max-width: none; padding: 0; display: block; }
    .sheet > * { margin-bottom: 5mm; }
    h2 { margin-bottom: var(--space-2); padding-bottom: var(--space-1); }
    .halves, .halves > div { gap: 5mm; }
    .scroll { overflow: visible; }
    .scroll table { min-width: 0; }
    .halves { break-inside: avoid; }
  }
`;
