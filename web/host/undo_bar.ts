import type { ServerClock } from "@dropcast/client";
import { css, html, LitElement, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";
import { base } from "../shared/styles";
import { TickController } from "../shared/ticker";

/** For how long an opening can be taken back, in milliseconds, as the server has it: for the bar's length alone. */
const UNDO_MS = 10_000;

/** The seconds in which an opening can be taken back, running down along the foot of what it is put in. */
@customElement("host-undo-bar")
export class HostUndoBar extends LitElement {
  @property({ attribute: false }) clock!: ServerClock;
  /** In Unix milliseconds, by the server's clock. */
  @property({ attribute: false }) until!: number;

  static override readonly styles = [
    base,
    css`
      span {
        position: absolute; inset-inline-end: var(--space-4); top: var(--space-2); font-weight: 700;
        font-variant-numeric: tabular-nums;
      }
      div {
        position: absolute; inset: auto 0 0; height: 0.5rem;
        background: color-mix(in srgb, currentColor 25%, transparent);
      }
      i { display: block; height: 100%; background: currentColor; }
    `,
  ];

  constructor() {
    super();
    this.addController(new TickController(this, () => true));
  }

  override render(): TemplateResult {
    const leftMs = Math.max(0, this.until - this.clock.now());
    const part = Math.min(1, leftMs / UNDO_MS);
    return html`<span role="timer">${Math.ceil(leftMs / 1_000)}</span>
      <div><i style=${styleMap({ width: `${100 * part}%` })}></i></div>`;
  }
}
