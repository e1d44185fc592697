import { css } from "lit";

/** Tables of figures. */
export const tables = css`
  table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
  th, td { text-align: start; padding: var(--space-2) var(--space-3) var(--space-2) 0; vertical-align: baseline; }
  :is(th, td):last-child { padding-inline-end: 0; }
  thead th { font-size: var(--text-s); font-weight: 600; color: var(--ink-soft); white-space: nowrap; }
  tbody tr { border-top: 1px solid var(--line); }
  tbody th { font-weight: 600; overflow-wrap: anywhere; }
  .number { text-align: end; white-space: nowrap; }
  .number + :not(.number) { padding-inline-start: var(--space-4); }
`;
