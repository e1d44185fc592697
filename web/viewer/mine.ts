import { isOpen, type Reservation, type ServerClock, type State, type Waiter } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { article, articleName } from "../shared/catalogue";
import { countdown } from "../shared/components/countdown";
import "../shared/components/picture";
import { PageElement } from "../shared/element";
import { count, price } from "../shared/format";
import { icons } from "../shared/icons";
import { linesName } from "../shared/lines";
import { base, buttons, cards } from "../shared/styles";

/** What the viewer holds, waits for and has bought. */
@customElement("viewer-mine")
export class ViewerMine extends PageElement {
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
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
    `,
  ];

  override render(): TemplateResult {
    const held = this.known.reservations.filter(isOpen);
    const waiters = this.known.waiters.filter((one) => one.state === "waiting");
    const orders = [...this.known.orders].reverse();
    const isEmpty = held.length + waiters.length + orders.length === 0;
    return html`<div class="stack">
      ${isEmpty ? html`<p class="soft">${this.t.mineEmpty}</p>` : nothing}
      ${held.length > 0 ? html`<h3>${this.t.held}</h3>` : nothing}
      <ul class="stack" ?hidden=${held.length === 0}>${held.map((one) => this.#held(one))}</ul>
      ${waiters.length > 0 ? html`<h3>${this.t.waitingNow}</h3>` : nothing}
      <ul class="stack" ?hidden=${waiters.length === 0}>${waiters.map((one) => this.#waiter(one))}</ul>
      ${orders.length > 0 ? html`<h3>${this.t.orders}</h3>` : nothing}
      <ul class="stack" ?hidden=${orders.length === 0}>
        ${orders.map(
          (order) => html`<li data-test="order">
            ${this.#picture(order.sku)}
            <div>
              <p class="name">${linesName(this.known, order)}</p>
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
        <p class="name">${linesName(this.known, one)}</p>
        <p class="small soft row figures">
          ${one.state === "offered" ? html`<strong>${this.t.yourTurn}</strong>` : nothing}
          ${icons.clock}${countdown(this.clock, one.expires_at, this.t.timeLeft)}
        </p>
      </div>
      <button class="strong" aria-busy=${isBusy} @click=${() => this.tell("checkout", one.reservation)}>
        ${isBusy ? this.t.paying : this.t.pay(price(one.total))}
      </button>
    </li>`;
  }

  #waiter(one: Waiter): TemplateResult {
    return html`<li data-test="waiting">
      ${this.#picture(one.sku)}
      <div>
        <p class="name">${articleName(this.known, one.sku)}</p>
        <p class="small soft figures">${this.#place(one)}</p>
      </div>
    </li>`;
  }

  #place({ place, ahead }: Waiter): string {
    return place === null ? this.t.inDraw : this.t.ahead(ahead ?? 0, count(ahead ?? 0));
  }

  #picture(sku: string): TemplateResult {
    return html`<dc-picture .address=${article(this.known, sku)?.product.picture ?? ""}></dc-picture>`;
  }
}
