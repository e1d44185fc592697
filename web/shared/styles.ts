import { css } from "lit";

/** What every component shares: type, buttons, cards, badges. Used in `static styles` beside a component's own. */
export const base = css`
  *, *::before, *::after { box-sizing: border-box; }
  :host { display: block; }
  :host([hidden]), [hidden] { display: none !important; }
  h1, h2, h3, p, ul, ol, dl, dd, figure { margin: 0; padding: 0; }
  ul, ol { list-style: none; }
  h1, h2, h3 { line-height: 1.2; letter-spacing: -0.012em; text-wrap: balance; overflow-wrap: anywhere; }
  svg { display: block; flex: none; }
  :host(:dir(rtl)) .pointing { transform: scaleX(-1); }
  .soft { color: var(--ink-soft); }
  .small { font-size: var(--text-s); }
  .figures { font-variant-numeric: tabular-nums; }
  .row { display: flex; align-items: center; gap: var(--space-2); }
  .spread { justify-content: space-between; }
  .wrap { flex-wrap: wrap; }
  .stack { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--space-3); align-content: start; }
  /* A live region has to be there before it has something to say, but takes no room until then. */
  :is([role="status"], [role="alert"]):empty { position: absolute; }
  .eyebrow {
    font-size: var(--text-s); font-weight: 600; color: var(--ink-soft); letter-spacing: 0;
  }
  .unseen {
    position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
  }
  a { color: inherit; }
  :focus-visible { outline: none; box-shadow: var(--focus); border-radius: var(--radius-s); }
  @media (prefers-reduced-motion: reduce) {
    *, *::before, *::after { animation: none !important; transition: none !important; }
  }
`;

export const buttons = css`
  button, .button {
    appearance: none; border: 1px solid transparent; border-radius: var(--radius-m); cursor: pointer;
    min-height: 2.75rem; padding: 0 var(--space-4); font: inherit; font-weight: 600; color: var(--ink);
    display: inline-flex; align-items: center; justify-content: center; gap: var(--space-2);
    background: var(--sunken); text-decoration: none; -webkit-tap-highlight-color: transparent;
    white-space: nowrap; touch-action: manipulation; transition: background 120ms, transform 120ms;
  }
  button:active:not(:disabled) { transform: scale(0.985); }
  button:focus-visible, .button:focus-visible { border-radius: var(--radius-m); }
  .primary { background: var(--accent); color: var(--on-accent); }
  .primary:hover:not(:disabled) { background: var(--accent-press); }
  .strong { background: var(--ink); color: var(--paper); }
  .primary, .strong { --urgent: currentColor; }
  .outline { background: transparent; border-color: var(--line); }
  .plain { background: transparent; padding: 0 var(--space-2); color: var(--ink-soft); }
  .plain:hover, .outline:hover:not(:disabled) { color: var(--ink); background: var(--sunken); }
  .danger { color: var(--bad); background: transparent; border-color: var(--line); }
  .danger:hover:not(:disabled) { background: var(--bad-wash); }
  .large { min-height: 3.25rem; font-size: var(--text-l); width: 100%; min-width: 0; white-space: normal; }
  button:disabled { cursor: not-allowed; background: var(--sunken); color: var(--ink-soft); border-color: transparent; }
  button[aria-busy="true"] { cursor: progress; }
`;

export const cards = css`
  .card {
    background: var(--surface); border: 1px solid var(--line); border-radius: var(--radius-l);
    padding: var(--space-4);
  }
  .badge {
    display: inline-flex; align-items: center; gap: var(--space-1); font-size: var(--text-s); font-weight: 600;
    padding: 0.125rem var(--space-2); border-radius: var(--radius-round); background: var(--sunken); color: var(--ink-soft);
    white-space: nowrap;
  }
  .badge.live { background: var(--accent); color: var(--on-accent); }
  .badge.good { background: var(--good-wash); color: var(--good); }
  .badge.warn { background: var(--warn-wash); color: var(--warn); }
  .badge.bad { background: var(--bad-wash); color: var(--bad); }
  .note { padding: var(--space-3) var(--space-4); border-radius: var(--radius-m); background: var(--sunken); }
  .note.good { background: var(--good-wash); color: var(--good); }
  .note.warn { background: var(--warn-wash); color: var(--warn); }
  .note.bad { background: var(--bad-wash); color: var(--bad); }
`;

/** What one can write into. */
export const fields = css`
  label { font-weight: 600; display: grid; gap: var(--space-1); }
  input {
    font: inherit; color: inherit; min-height: 2.75rem; padding: 0 var(--space-3); width: 100%;
    border: 1px solid var(--ink-soft); border-radius: var(--radius-s); background: var(--surface);
  }
`;

/** Choices in a row, of which one is chosen. */
export const chips = css`
  fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
  .chips { display: flex; flex-wrap: wrap; gap: var(--space-2); }
  .chip { position: relative; max-width: 100%; }
  /* Reaches beyond what is seen, for a finger. */
  .chip input {
    position: absolute; opacity: 0; inset: -0.125rem 0; width: 100%; height: calc(100% + 0.25rem); margin: 0;
    cursor: pointer;
  }
  .chip span {
    display: inline-flex; align-items: center; min-height: 2.5rem; padding: 0 var(--space-3); font-weight: 600;
    border: 1px solid var(--line); border-radius: var(--radius-round); background: var(--surface);
    overflow-wrap: anywhere;
  }
  .chip input:checked + span { border-color: var(--ink); box-shadow: inset 0 0 0 1px var(--ink); }
  .chip input:focus-visible + span { box-shadow: var(--focus); }
  .chip .gone { color: var(--ink-soft); text-decoration: line-through; }
`;
