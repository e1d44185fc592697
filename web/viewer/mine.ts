import type { Reservation, ServerClock, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { article, articleName } from "../shared/catalogue";
import { countdown } from "../shared/components/countdown";
import "../shared/components/picture";
import { PageElement } from "../shared/element";
import { price } from "../shared/format";
import { icons } from "../shared/icons";
import { base, buttons, cards } from "../shared/styles";

/** What the viewer holds, has lost and has bought. */
@customElement("viewer-mine")
export class ViewerMine extends PageElement {
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
  /** Reservations that ran out, until the viewer has seen it. */
  @property({ attribute: false }) lost: readonly Reservation[] = [];
  /** Reservations whose payment or return waits for its answer. */
  @property({ attribute: false }) busy: ReadonlySet<number> = new Set();

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      li { display: grid; grid-template-columns: 3.5rem 1fr auto; gap: var(--space-3); align-items: center; }
      dc-picture { width: 3.5rem; border-radius: var(--radius-s); }
      .name { min-width: 0; overflow-wrap: anywhere; font-weight: 600; }
      h3 { font-size: var(--text-m); margin-top: var(--space-2); }
      .wide { grid-column: 1 / -1; }
    `,
  ];

  override render(): TemplateResult {
    const held = this.known.reservations.filter((one) => one.state === "held");
    const orders = [...this.known.orders].reverse();
    const isEmpty = held.length + orders.length + this.lost.length === 0;
    const lost =
      this.lost.length > 0 ? html`<ul class="stack">${this.lost.map((one) => this.#lost(one))}</ul>` : nothing;
    return html`<div class="stack">
      ${isEmpty ? html`<p class="soft">${this.t.mineEmpty}</p>` : nothing}
      <div role="status">${lost}</div>
      ${held.length > 0 ? html`<h3>${this.t.held}</h3>` : nothing}
      <ul class="stack" ?hidden=${held.length === 0}>${held.map((one) => this.#held(one))}</ul>
      ${orders.length > 0 ? html`<h3>${this.t.orders}</h3>` : nothing}
      <ul class="stack" ?hidden=${orders.length === 0}>
        ${orders.map(
          (order) => html`<li data-test="order">
            ${this.#picture(order.sku)}
            <div>
              <p class="name">${articleName(this.known, order.sku)}</p>
              <p class="small soft figures">${this.t.orderNumber(order.order)}, ${price(order.total)}</p>
            </div>
            <span class="badge good">${icons.check} ${this.t.orderState[order.state]}</span>
          </li>`,
        )}
      </ul>
    </div>`;
  }

  #held(one: Reservation): TemplateResult {
    const isBusy = this.busy.has(one.reservation);
    return html`<li data-test="held">
      ${this.#picture(one.sku)}
      <div>
        <p class="name">${one.quantity > 1 ? `${one.quantity} × ` : ""}${articleName(this.known, one.sku)}</p>
        <p class="small soft row figures">
          ${icons.clock}${countdown(this.clock, one.expires_at, this.t.timeLeft)}
        </p>
      </div>
      <button class="strong" aria-busy=${isBusy} @click=${() => this.tell("checkout", one.reservation)}>
        ${isBusy ? this.t.paying : this.t.pay(price(one.total))}
      </button>
    </li>`;
  }

  #lost(one: Reservation): TemplateResult {
    return html`<li class="note warn">
      <p class="wide"><strong>${articleName(this.known, one.sku)}</strong><br />${this.t.lost}</p>
      <button class="outline wide" @click=${() => this.tell("lost-seen", one.reservation)}>${this.t.dismiss}</button>
    </li>`;
  }

  #picture(sku: string): TemplateResult {
    return html`<dc-picture .address=${article(this.known, sku)?.product.picture ?? ""}></dc-picture>`;
  }
}
