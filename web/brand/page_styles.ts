import { css } from "lit";

/** How the dashboard is laid out: one column on a phone, two on a desk, three on a wall. */
export const layout = css`
  header {
    display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between;
    gap: var(--space-2) var(--space-4); padding: var(--space-3) var(--space-4); background: var(--surface);
    border-bottom: 1px solid var(--line);
  }
  .title { display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-3); min-width: 0; }
  header h1 { font-size: var(--text-l); }
  .age { color: var(--ink-soft); display: inline-flex; align-items: center; gap: 0.375rem; min-width: 9rem; }
  .age::before { content: ""; width: 0.5rem; height: 0.5rem; border-radius: 999px; background: var(--good); }
  .lost { background: var(--bad-wash); }
  .lost .age { color: var(--bad); font-weight: 650; }
  .lost .age::before { background: var(--bad); }
  main { display: grid; gap: var(--space-4); padding: var(--space-4); max-width: 120rem; margin: 0 auto; }
  main > *, .beside > * { min-width: 0; }
  main.stale > :not(.trouble) { --ink: var(--ink-soft); color: var(--ink-soft); filter: grayscale(1); }
  .trouble {
    display: flex; gap: var(--space-3); align-items: center; font-weight: 600; border: 1px solid currentColor;
  }
  h2 { font-size: var(--text-m); font-weight: 650; margin-bottom: var(--space-3); }
  .beside { display: grid; gap: var(--space-4); align-content: start; }
  .chart-room { min-height: 21.5rem; }
  .blank { padding: var(--space-7) var(--space-4); text-align: center; }
  .bone { background: var(--sunken); border-radius: var(--radius-s); }
  .bone.heading { width: 12rem; max-width: 60%; height: 1.2em; margin-bottom: var(--space-3); }
  .bone.body { height: 18rem; }
  @media (min-width: 64rem) {
    main {
      padding: var(--space-4) var(--space-5);
      grid-template-columns: minmax(0, 1.9fr) minmax(20rem, 1fr); align-items: start;
    }
    .whole, .drops { grid-column: 1 / -1; }
    .chart, .funnel { align-self: stretch; }
  }
  @media (min-width: 100rem) {
    main {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) 21rem 21rem; grid-auto-flow: dense; align-items: stretch;
    }
    .beside { display: contents; }
    .chart, .stock { grid-column: 1 / span 2; }
    .funnel, .drops { grid-column: 3; }
    .demand, .sources { grid-column: 4; }
  }
`;
