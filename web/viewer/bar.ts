import type { Reservation, ServerClock, Waiter } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { countdown } from "../shared/components/countdown";
import { PageElement } from "../shared/element";
import { count, price } from "../shared/format";
import { base, buttons, cards } from "../shared/styles";

/** What is the viewer's own, always at hand on a phone: the most urgent to pay, or the place in line. */
@customElement("viewer-bar")
export class ViewerBar extends PageElement {
  @property({ attribute: false }) clock!: ServerClock;
  /** What is held or offered and ends first. */
  @property({ attribute: false }) urgent: Reservation | undefined;
  @property({ attribute: false }) waiter: Waiter | undefined;
  /** How many are held or offered. */
  @property({ type: Number }) held = 0;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      section {
        background: var(--surface); border-top: 1px solid var(--line); box-shadow: var(--shadow);
        padding: var(--space-3) var(--space-4) calc(var(--space-3) + env(safe-area-inset-bottom));
      }
      .strong, .turn { flex: 1; min-height: 3.25rem; font-size: var(--text-l); }
      .strong dc-countdown[last], .turn dc-countdown[last] {
        padding: 0 var(--space-2); border-radius: var(--radius-s); box-shadow: inset 0 0 0 2px currentColor;
      }
      .turn { background: var(--good); color: var(--surface); --urgent: currentColor; }
    `,
  ];

  override render(): TemplateResult {
    return html`<section class="row" aria-label=${this.t.mine}>
      <button class="outline" data-test="mine" @click=${() => this.tell("mine", null)}>${this.t.mine}
        ${this.held > 1 ? html`<span class="badge figures">${count(this.held)}</span>` : nothing}</button>
      ${this.urgent ? this.#urgent(this.urgent) : this.waiter ? this.#place(this.waiter) : nothing}
    </section>`;
  }

  #urgent({ reservation, state, total, expires_at }: Reservation): TemplateResult {
    return html`<button class=${state === "offered" ? "turn" : "strong"} @click=${() => this.tell("checkout", reservation)}>
      ${state === "offered" ? this.t.yourTurn : this.t.pay(price(total))}
      ${countdown(this.clock, expires_at, this.t.timeLeft)}
    </button>`;
  }

  #place({ ahead }: Waiter): TemplateResult {
    return html`<strong>${ahead === null ? this.t.inDraw : this.t.ahead(ahead, count(ahead))}</strong>`;
  }
}
