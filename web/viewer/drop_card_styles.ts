import { css } from "lit";

/** The look of a drop that can be bought from; its button is within reach while any of it is on the screen. */
export const look = css`
  .card { padding: 0; overflow: clip; box-shadow: var(--shadow); }
  .clock {
    padding: var(--space-2) var(--space-4); background: var(--sunken); color: var(--ink-soft); font-weight: 600;
    --urgent: var(--ink);
  }
  .clock dc-countdown { font-size: var(--text-xxl); font-weight: 750; line-height: 1.15; color: var(--ink); }
  .clock:has(dc-countdown[last]) { background: var(--accent); color: var(--on-accent); --urgent: var(--on-accent); }
  .clock svg { margin-inline-end: var(--space-1); }
  .what {
    display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: var(--space-4); padding: var(--space-4);
  }
  .facts { display: grid; gap: var(--space-2); align-content: start; min-width: 0; }
  h3 { font-size: var(--text-l); overflow-wrap: anywhere; }
  .price { font-size: var(--text-xl); font-weight: 700; letter-spacing: -0.02em; }
  s { color: var(--ink-soft); }
  .choose { padding: 0 var(--space-4) var(--space-3); }
  .act { display: grid; gap: var(--space-2); padding: 0 var(--space-4) var(--space-4); }
  .press {
    position: sticky; bottom: var(--bar-room, 0px); z-index: 1; background: var(--surface);
    margin: 0 calc(-1 * var(--space-4)); padding: var(--space-1) var(--space-4); display: grid; gap: var(--space-2);
  }
  .press:empty { display: none; }
  .strong dc-countdown[last] {
    padding: 0 var(--space-2); border-radius: var(--radius-s); box-shadow: inset 0 0 0 2px currentColor;
  }
  .press .row > .large { flex: 1; }
  .press .large { min-height: 3.75rem; }
  .outline { position: relative; }
  .act .outline { min-height: 3.75rem; }
  /* As high as a finger needs, without taking more room. */
  .plain { padding: 0; gap: 0; margin-block: -0.25rem; }
  .spin {
    width: 1.1rem; height: 1.1rem; border-radius: 50%; border: 2px solid currentColor;
    border-inline-end-color: transparent;
    animation: spin 700ms linear infinite;
  }
  @keyframes spin { to { transform: rotate(1turn); } }
  .banner {
    padding: var(--space-2) var(--space-4); background: var(--warn-wash); color: var(--warn); font-weight: 600;
  }
  .turn { background: var(--good-wash); color: var(--good); }
  @container (min-width: 640px) { .what { grid-template-columns: 14rem minmax(0, 1fr); } }
`;
