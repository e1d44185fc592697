import { css } from "lit";

/** What all commands of the desk share. One that rests or waits keeps the focus, so it is never `disabled`. */
export const commands = css`
  .command { min-height: 3.25rem; position: relative; padding: 0 var(--space-3); }
  .command[aria-disabled="true"] { cursor: not-allowed; color: var(--ink-soft); background: var(--sunken); }
  .command[aria-busy="true"] { cursor: progress; }
  .command:not(.press)[aria-busy="true"]::after { content: "…"; margin-inline-start: calc(-1 * var(--space-2)); }
  .command[aria-disabled="true"]:active { transform: none; }
  /* What is pressed without a connection waits: it looks like something that is not there yet. */
  .offline .command, .command.offline {
    background: transparent; color: var(--ink-soft); border: 1px dashed var(--ink-soft);
  }
  kbd {
    font: inherit; font-size: var(--text-s); font-weight: 600; border: 1px solid currentColor;
    border-radius: 0.375rem; padding: 0 0.375rem; line-height: 1.3;
  }
  @media (max-width: 30rem) { kbd { display: none; } }
`;
