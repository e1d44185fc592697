import { css } from "lit";

/**
 * Stage above, the rest below; beside each other where there is room. The room is that of the show, which in a shop's
 * page is not that of the window.
 */
export const layout = css`
  :host { container-type: inline-size; position: relative; --top: var(--live-show-top, 0px); }
  .stage {
    position: sticky; top: var(--top); z-index: 2; aspect-ratio: 16 / 10; max-height: 46dvh; width: 100%;
  }
  .layout { flex: 1; }
  /* Over the show, not above it: nothing jumps when a connection is lost. */
  dc-connection-bar { position: sticky; top: var(--top); height: 0; z-index: 4; }
  .main {
    padding: var(--space-4) var(--space-4) var(--space-6); max-width: 44rem; margin: 0 auto;
    --news-top: calc(var(--top) + min(62.5cqw, 46dvh) + var(--space-2));
  }
  .main.barred { --bar-room: 4.75rem; }
  h2 { font-size: var(--text-l); margin-bottom: var(--space-3); }
  viewer-bar { position: sticky; z-index: 3; bottom: 0; }
  aside { display: none; }
  .blank {
    min-height: 60dvh; display: grid; place-content: center; text-align: center; gap: var(--space-3);
    justify-items: center;
  }
  .skeleton {
    background: var(--sunken); border-radius: var(--radius-l); height: 14rem;
    animation: breathe 1.4s infinite alternate;
  }
  .skeleton.stage { border-radius: 0; height: auto; }
  @keyframes breathe { to { opacity: 0.55; } }
  @container (min-width: 1024px) {
    .layout {
      display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(26rem, 0.85fr); gap: var(--space-5);
      padding: var(--space-5); max-width: 96rem; margin: 0 auto; align-items: start;
    }
    .stage, .skeleton.stage {
      top: calc(var(--top) + var(--space-5)); border-radius: var(--radius-l); aspect-ratio: auto;
      height: calc(100dvh - var(--top) - 2 * var(--space-5)); max-height: var(--stage-max, 55cqw);
    }
    .main { padding: 0; margin: 0; max-width: none; --news-top: calc(var(--top) + var(--space-5)); }
    .main.barred { --bar-room: 0px; }
    aside { display: block; margin-bottom: var(--space-5); }
    viewer-bar { display: none; }
  }
`;
