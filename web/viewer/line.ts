import type { Drop, ServerClock, Waiter } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { countdown } from "../shared/components/countdown";
import { PageElement } from "../shared/element";
import { count } from "../shared/format";
import { base, buttons, cards } from "../shared/styles";

/** The viewer's place in a line, or in a draw that is not drawn yet. */
@customElement("viewer-line")
export class ViewerLine extends PageElement {
  @property({ attribute: false }) waiter!: Waiter;
  @property({ attribute: false }) drop!: Drop;
  @property({ attribute: false }) clock!: ServerClock;
  /** Whether the lots are being drawn. */
  @property({ type: Boolean }) drawing = false;
  @property({ type: Boolean }) leaving = false;
  @query("button") private readonly leave!: HTMLElement | null;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      .note { display: grid; gap: var(--space-1); --urgent: currentColor; }
      .place { font-size: var(--text-l); font-weight: 700; }
      /* As high as a finger needs, without taking more room. */
      button { justify-self: start; margin-block: -0.25rem; margin-inline-start: calc(-1 * var(--space-2)); }
    `,
  ];

  /** Gives the focus to its one button, also where that is still to be rendered. */
  override focus(): void {
    void this.updateComplete.then(() => this.leave?.focus());
  }

  override render(): TemplateResult {
    const isDraw = this.waiter.place === null;
    return html`<div class="note good" data-test="line">
      <p role="status"><strong>${isDraw ? this.t.inDraw : this.t.inLine}</strong></p>
      ${isDraw ? this.#draw() : this.#place()}
      <button class="plain" data-test="leave" aria-busy=${this.leaving}
        @click=${() => this.tell("leave-line", this.waiter.waiter)}>
        ${this.leaving ? this.t.leaving : isDraw ? this.t.leaveDraw : this.t.leaveLine}
      </button>
    </div>`;
  }

  #draw(): TemplateResult {
    const { entries_close_at } = this.drop;
    return this.drawing || entries_close_at === null
      ? html`<p class="place">${this.t.drawing}</p>`
      : html`<p class="place row">${this.t.drawnIn} ${countdown(this.clock, entries_close_at, this.t.drawnIn)}</p>`;
  }

  #place(): TemplateResult {
    const { ahead } = this.waiter;
    const words = ahead === null ? nothing : this.t.ahead(ahead, count(ahead));
    return html`
      <p class="place figures" data-test="ahead">${words}</p>
      <p class="small">${this.t.lineNote}</p>
    `;
  }
}
