import type { Outcome, Reservation, ServerClock, State } from "@dropcast/client";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { article, articleName } from "../shared/catalogue";
import { countdown } from "../shared/components/countdown";
import "../shared/components/picture";
import "../shared/components/sheet";
import { PageElement } from "../shared/element";
import { price } from "../shared/format";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";
import { told } from "./answers";

/** Pays for one reservation: everything that a buyer must know is said before the button. */
@customElement("viewer-checkout")
export class ViewerCheckout extends PageElement {
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
  @property({ attribute: false }) reservation!: Reservation;
  /** Whether paying waits for its answer. */
  @property({ type: Boolean }) paying = false;
  @property({ type: Boolean }) releasing = false;
  /** How the last attempt to pay ended. */
  @property({ attribute: false }) answer: Outcome | undefined;

  @query(".done button") private readonly keepWatching!: HTMLElement | null;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      .article { display: grid; grid-template-columns: 5rem 1fr; gap: var(--space-4); align-items: center; }
      dl { display: grid; grid-template-columns: auto 1fr; gap: var(--space-2) var(--space-4); }
      dt { color: var(--ink-soft); }
      dd { text-align: end; }
      .total { font-size: var(--text-l); font-weight: 700; color: var(--ink); }
      .policy { border-top: 1px solid var(--line); padding-top: var(--space-3); white-space: pre-line; }
      .done { justify-items: center; text-align: center; padding: var(--space-4) 0; }
      .tick {
        width: 4rem; height: 4rem; border-radius: 50%; display: grid; place-items: center;
        background: var(--good-wash); color: var(--good);
      }
      .tick svg { width: 2rem; height: 2rem; }
    `,
  ];

  /** The button that had the focus is gone once it is paid. */
  override updated(changed: PropertyValues<this>): void {
    if (changed.has("reservation")) {
      this.keepWatching?.focus();
    }
  }

  override render(): TemplateResult {
    return html`<dc-sheet .heading=${this.t.checkout}>
      <div role="status">${this.reservation.state === "sold" ? this.#done() : nothing}</div>
      ${this.reservation.state === "sold" ? nothing : this.#form()}
    </dc-sheet>`;
  }

  #done(): TemplateResult {
    return html`<div class="stack done" data-test="confirmed">
      <span class="tick">${icons.check}</span>
      <h3>${this.t.confirmed}</h3>
      <p>${articleName(this.known, this.reservation.sku)}</p>
      <p class="soft">${this.reservation.order === null ? nothing : this.t.confirmedLead(this.reservation.order)}</p>
      <button class="strong large" @click=${() => this.tell("sheet-closed", null)}>${this.t.keepWatching}</button>
    </div>`;
  }

  #form(): TemplateResult {
    const { reservation, known } = this;
    const picture = article(known, reservation.sku)?.product.picture ?? "";
    return html`<div class="stack">
      <div class="article">
        <dc-picture .address=${picture}></dc-picture>
        <strong>${articleName(known, reservation.sku)}</strong>
      </div>
      <dl class="figures">
        <dt>${this.t.quantity}</dt><dd>${reservation.quantity} × ${price(reservation.unit_price)}</dd>
        <dt class="total">${this.t.total}</dt><dd class="total">${price(reservation.total)}</dd>
      </dl>
      ${this.#policy(this.t.delivery, inLanguage(known.show?.delivery ?? {}))}
      ${this.#policy(this.t.returnPolicy, inLanguage(known.show?.return_policy ?? {}))}
      ${reservation.state === "held" ? this.#pay() : this.#over()}
    </div>`;
  }

  #policy(heading: string, words: string): TemplateResult | typeof nothing {
    return words === ""
      ? nothing
      : html`<div class="policy"><strong>${heading}</strong><p class="soft">${words}</p></div>`;
  }

  #pay(): TemplateResult {
    const { reservation } = this;
    const shown = !this.paying && this.answer && this.answer.kind !== "sold" ? told(this.answer, this.t) : null;
    return html`
      <p class="note row spread">${this.t.timeLeft}
        ${countdown(this.clock, reservation.expires_at, this.t.timeLeft)}
      </p>
      <div role="status">${shown ? html`<p class="note ${shown.tone}">${shown.text}</p>` : nothing}</div>
      <button class="primary large" data-test="confirm" aria-busy=${this.paying}
        @click=${() => this.tell("confirm", reservation.reservation)}>
        ${this.paying ? this.t.paying : this.t.pay(price(reservation.total))}
      </button>
      <p class="small soft">${this.t.sandbox}</p>
      <button class="plain" ?disabled=${this.paying || this.releasing}
        @click=${() => this.tell("release", reservation.reservation)}>
        ${icons.back} ${this.releasing ? this.t.givingBack : this.t.giveBack}
      </button>
    `;
  }

  #over(): TemplateResult {
    const words = this.reservation.state === "expired" ? this.t.lost : this.t.answers.released;
    return html`<p class="note warn">${words}</p>
      <button class="strong large" @click=${() => this.tell("sheet-closed", null)}>${this.t.keepWatching}</button>`;
  }
}
