import type { Reservation, ServerClock, Waiter } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { countdown } from "../shared/components/countdown";
import { PageElement } from "../shared/element";
import { count, price } from "../shared/format";
import { base, buttons } from "../shared/styles";

/** What is the viewer's own, always at hand on a phone: the most urgent to pay, or the place in line. */
@customElement("viewer-bar")
export class ViewerBar extends PageElement {
  @property({ attribute: false }) clock!: ServerClock;
  /** What is held or offered and ends first. */
  @property({ attribute: false }) urgent: Reservation | undefined;
  @property({ attribute: false }) waiter: Waiter | undefined;

  static override readonly styles = [
    base,
    buttons,
    css`
      section {
        background: var(--surface); border-top: 1px solid var(--line); box-shadow: var(--shadow);
        padding: var(--space-3) var(--space-4) calc(var(--space-3) + env(safe-area-inset-bottom));
      }
      .strong { flex: 1; }
    `,
  ];

  override render(): TemplateResult {
    return html`<section class="row" aria-label=${this.t.mine}>
      <button class="outline" data-test="mine" @click=${() => this.tell("mine", null)}>${this.t.mine}</button>
      ${this.urgent ? this.#urgent(this.urgent) : this.waiter ? this.#place(this.waiter) : nothing}
    </section>`;
  }

  #urgent({ reservation, state, total, expires_at }: Reservation): TemplateResult {
    return html`<button class="strong" @click=${() => this.tell("checkout", reservation)}>
      ${state === "offered" ? this.t.yourTurn : this.t.pay(price(total))}
      ${countdown(this.clock, expires_at, this.t.timeLeft)}
    </button>`;
  }

  #place({ ahead }: Waiter): TemplateResult {
    return html`<strong>${ahead === null ? this.t.inDraw : this.t.ahead(ahead, count(ahead))}</strong>`;
  }
}
