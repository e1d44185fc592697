import { css } from "lit";

/** Where things are on the desk: what is on sale, the run of show beside or below it, the dock at the foot. */
export const layout = css`
  .desk { min-height: 100dvh; display: flex; flex-direction: column; }
  header {
    padding: var(--space-2) var(--space-4); background: var(--surface); border-bottom: 1px solid var(--line);
    min-height: 4rem; flex-wrap: nowrap;
  }
  header h1 {
    font-size: var(--text-l); flex: 1; min-width: 0; overflow: hidden; white-space: nowrap; text-overflow: ellipsis;
  }
  header button { min-width: 2.75rem; }
  header button[aria-pressed="true"] { color: var(--ink); background: var(--sunken); }
  main {
    flex: 1; display: grid; gap: var(--space-4); padding: var(--space-4); max-width: 90rem; margin: 0 auto;
    width: 100%; align-content: start; grid-template-columns: minmax(0, 1fr);
  }
  h2 { font-size: var(--text-l); padding: var(--space-3) var(--space-4); }
  .run { padding: 0; overflow: hidden; }
  .end { padding: var(--space-3) var(--space-4); border-top: 1px solid var(--line); }
  .blank { padding: var(--space-6) var(--space-4); text-align: center; }
  dc-sheet dc-sign-in { min-height: 0; padding: 0; }
  host-dock { position: sticky; bottom: 0; z-index: 1; }
  @media (max-width: 30rem) {
    main { padding: var(--space-3); gap: var(--space-3); }
    header { padding: var(--space-2) var(--space-3); }
    .words { display: none; }
  }
  @media (min-width: 60rem) {
    main { grid-template-columns: minmax(0, 1.5fr) minmax(20rem, 1fr); align-items: start; }
  }
`;
