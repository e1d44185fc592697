import { isOpen, type Outcome, type Reservation, type ServerClock, type State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { article, articleName } from "../shared/catalogue";
import { countdown } from "../shared/components/countdown";
import "../shared/components/picture";
import "../shared/components/sheet";
import { PageElement } from "../shared/element";
import { FocusKeeper } from "../shared/focus_keeper";
import { price, remaining } from "../shared/format";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { linesName } from "../shared/lines";
import { base, buttons, cards } from "../shared/styles";
import { told } from "./answers";

/** Pays for what is held, or offered: everything that a buyer must know is said before the button. */
@customElement("viewer-checkout")
export class ViewerCheckout extends PageElement {
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
  @property({ attribute: false }) reservation!: Reservation;
  /** Whether paying waits for its answer. */
  @property({ type: Boolean }) paying = false;
  @property({ type: Boolean }) releasing = false;
  /** Whether more time is asked for. */
  @property({ type: Boolean }) extending = false;
  /** How the last attempt to pay, or to have more time for it, ended. */
  @property({ attribute: false }) answer: Outcome | undefined;

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
      .policy p { unicode-bidi: plaintext; }
      /* However much there is to read, the button is at hand: in a grid it would not leave its place. */
      .form { display: flex; flex-direction: column; }
      .pay { position: sticky; bottom: 0; background: var(--surface); padding: var(--space-2) 0; display: grid; }
      .plain { white-space: normal; }
      .turn { font-size: var(--text-l); font-weight: 700; }
      .turn dc-countdown { font-size: var(--text-xl); }
      .done { justify-items: center; text-align: center; padding: var(--space-4) 0; }
      .tick {
        width: 4rem; height: 4rem; border-radius: 50%; display: grid; place-items: center;
        background: var(--good-wash); color: var(--good);
      }
      .tick svg { width: 2rem; height: 2rem; }
    `,
  ];

  /** Once it is paid, over or given more time, the button that had the focus is gone. */
  constructor() {
    super();
    new FocusKeeper(this, () => this.renderRoot.querySelector<HTMLElement>(".keep, [data-test='time-left']"));
  }

  override render(): TemplateResult {
    const isOffer = this.reservation.state === "offered";
    return html`<dc-sheet .heading=${isOffer ? this.t.yourTurn : this.t.checkout}>
      <div role="status">${this.reservation.state === "sold" ? this.#done() : nothing}</div>
      ${this.reservation.state === "sold" ? nothing : this.#form()}
    </dc-sheet>`;
  }

  #done(): TemplateResult {
    return html`<div class="stack done" data-test="confirmed">
      <span class="tick">${icons.check}</span>
      <h3>${this.t.confirmed}</h3>
      <p>${linesName(this.known, this.reservation)}</p>
      <p class="soft">${this.reservation.order === null ? nothing : this.t.confirmedLead(this.reservation.order)}</p>
      <button class="strong large keep" @click=${() => this.tell("sheet-closed", null)}>${this.t.keepWatching}</button>
    </div>`;
  }

  #form(): TemplateResult {
    const { reservation, known } = this;
    const picture = article(known, reservation.sku)?.product.picture ?? "";
    return html`<div class="stack form">
      ${isOpen(reservation) ? this.#timeLeft() : nothing}
      <div class="article">
        <dc-picture .address=${picture}></dc-picture>
        <strong>${linesName(known, reservation)}</strong>
      </div>
      <dl class="figures">
        ${this.#lines()}
        <dt class="total">${this.t.total}</dt><dd class="total">${price(reservation.total)}</dd>
      </dl>
      ${this.#policy(this.t.delivery, inLanguage(known.show?.delivery ?? {}))}
      ${this.#policy(this.t.returnPolicy, inLanguage(known.show?.return_policy ?? {}))}
      ${isOpen(reservation) ? this.#pay() : this.#over()}
    </div>`;
  }

  #lines(): TemplateResult[] {
    const { quantity, sku, unit_price, with: others } = this.reservation;
    const name = (one: string) => (others.length > 0 ? articleName(this.known, one) : this.t.quantity);
    return [{ sku, quantity, unit_price }, ...others].map(
      (line) => html`<dt>${name(line.sku)}</dt><dd>${line.quantity} × ${price(line.unit_price)}</dd>`,
    );
  }

  #policy(heading: string, words: string): TemplateResult | typeof nothing {
    return words === ""
      ? nothing
      : html`<div class="policy"><strong>${heading}</strong><p class="soft">${words}</p></div>`;
  }

  #pay(): TemplateResult {
    const isOffer = this.reservation.state === "offered";
    const total = price(this.reservation.total);
    const isBusy = this.paying || this.releasing || this.extending;
    const isDone = this.answer?.kind === "sold" || this.answer?.kind === "held";
    const shown = isBusy || isDone || !this.answer ? null : told(this.answer, this.t);
    return html`
      <div role="status">${shown ? html`<p class="note ${shown.tone}">${shown.text}</p>` : nothing}</div>
      <div class="pay">
        <button class="primary large" data-test="confirm" aria-busy=${this.paying}
          @click=${() => this.tell("confirm", this.reservation.reservation)}>
          ${this.paying ? this.t.paying : isOffer ? this.t.buyFor(total) : this.t.pay(total)}
        </button>
        ${isOffer ? this.#giveBack(isBusy) : nothing}
      </div>
      ${this.#moreTime(isBusy)}
      <p class="small soft">${this.t.sandbox}</p>
      ${isOffer ? nothing : this.#giveBack(isBusy)}
    `;
  }

  #timeLeft(): TemplateResult {
    const isOffer = this.reservation.state === "offered";
    const label = isOffer ? this.t.yoursFor : this.t.timeLeft;
    return html`<p class="note row spread ${isOffer ? "good turn" : ""}" data-test="time-left" tabindex="-1">
      ${label} ${countdown(this.clock, this.reservation.expires_at, label)}
    </p>`;
  }

  #giveBack(isBusy: boolean): TemplateResult {
    const { reservation, state } = this.reservation;
    const [idle, busy] =
      state === "offered" ? [this.t.decline, this.t.declining] : [this.t.giveBack, this.t.givingBack];
    return html`<button class="plain" data-test="give-back" aria-busy=${this.releasing} ?disabled=${isBusy && !this.releasing}
      @click=${() => this.tell("release", reservation)}>
      ${icons.back} ${this.releasing ? busy : idle}
    </button>`;
  }

  #overText(): string {
    switch (this.reservation.state) {
      case "expired":
        return this.t.lost;
      case "revoked":
        return this.t.revokedLead;
      default:
        return this.t.answers.released;
    }
  }

  /** Once, where the show gives time. */
  #moreTime(isBusy: boolean): TemplateResult | typeof nothing {
    const byMs = this.known.show?.hold_rules?.payment_extension_ms ?? 0;
    return byMs === 0 || this.reservation.extended
      ? nothing
      : html`<button class="plain" data-test="more-time" aria-busy=${this.extending} ?disabled=${isBusy && !this.extending}
          @click=${() => this.tell("extend", this.reservation.reservation)}>
          ${icons.clock} ${this.t.moreTime(remaining(byMs))}
        </button>`;
  }

  #over(): TemplateResult {
    return html`<p class="note warn">${this.#overText()}</p>
      <button class="strong large keep" @click=${() => this.tell("sheet-closed", null)}>${this.t.keepWatching}</button>`;
  }
}
