import type { Drop, DropItem, Outcome, Reservation, ServerClock, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { article } from "../shared/catalogue";
import { countdown } from "../shared/components/countdown";
import "../shared/components/picture";
import { PageElement } from "../shared/element";
import { count, price } from "../shared/format";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";
import { told } from "./answers";

/** From so few units on, the stock is shown as scarce. */
const SCARCE_UNITS = 5;

/** How buying in a drop stands for the viewer: a new value whenever something about it may have changed. */
export interface Buying {
  readonly canBuy: boolean;
  readonly isConnected: boolean;
  /** Whether a press for this SKU waits for its answer. */
  isAsked(sku: string): boolean;
  /** How the last press for this SKU ended. */
  answer(sku: string): Outcome | undefined;
  /** What is held of this SKU. */
  held(sku: string): Reservation | undefined;
}

/** A drop that is open or paused: what it sells, at what price, and the button. */
@customElement("viewer-drop-card")
export class ViewerDropCard extends PageElement {
  @property({ attribute: false }) drop!: Drop;
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
  @property({ attribute: false }) buying!: Buying;
  @state() private chosen: string | null = null;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      .card { padding: 0; overflow: hidden; box-shadow: var(--shadow); }
      .what {
        display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: var(--space-4); padding: var(--space-4);
      }
      .facts { display: grid; gap: var(--space-2); align-content: start; min-width: 0; }
      h3 { font-size: var(--text-l); overflow-wrap: anywhere; }
      .price { font-size: var(--text-xl); font-weight: 700; letter-spacing: -0.02em; }
      s { color: var(--ink-soft); }
      fieldset { border: 0; margin: 0; padding: 0 var(--space-4) var(--space-3); min-width: 0; }
      .chips { display: flex; flex-wrap: wrap; gap: var(--space-2); }
      .chip { position: relative; }
      .chip input { position: absolute; opacity: 0; inset: 0; width: 100%; height: 100%; margin: 0; cursor: pointer; }
      .chip span {
        display: inline-flex; align-items: center; min-height: 2.5rem; padding: 0 var(--space-3); font-weight: 600;
        border: 1px solid var(--line); border-radius: 999px; background: var(--surface);
      }
      .chip input:checked + span { border-color: var(--ink); box-shadow: inset 0 0 0 1px var(--ink); }
      .chip input:focus-visible + span { box-shadow: var(--focus); }
      .chip .gone { color: var(--ink-soft); text-decoration: line-through; }
      .act { display: grid; gap: var(--space-2); padding: 0 var(--space-4) var(--space-4); }
      .act .row > button:first-child { flex: 1; }
      .outline { position: relative; }
      .act .outline { min-height: 3.25rem; }
      .plain { padding: 0; gap: 0; min-height: 2.25rem; }
      .spin {
        width: 1.1rem; height: 1.1rem; border-radius: 50%; border: 2px solid currentColor;
        border-right-color: transparent;
        animation: spin 700ms linear infinite;
      }
      @keyframes spin { to { transform: rotate(1turn); } }
      .banner {
        padding: var(--space-2) var(--space-4); background: var(--warn-wash); color: var(--warn); font-weight: 600;
      }
      @media (min-width: 40rem) { .what { grid-template-columns: 14rem minmax(0, 1fr); } }
    `,
  ];

  override render(): TemplateResult | typeof nothing {
    const item = this.#item;
    if (!item) {
      return nothing;
    }
    const found = article(this.known, item.sku);
    return html`<article class="card" aria-label=${inLanguage(this.drop.title)}>
      ${this.drop.phase === "paused" ? html`<p class="banner row">${icons.pause} ${this.t.paused}</p>` : nothing}
      <div class="what">
        <dc-picture
          .address=${found?.product.picture ?? ""}
          .description=${inLanguage(found?.product.title ?? {})}
        ></dc-picture>
        <div class="facts">
          <p class="eyebrow">${inLanguage(this.drop.title)}</p>
          <h3>${inLanguage(found?.product.title ?? {})}</h3>
          ${this.#price(item)} ${this.#stock(item)} ${this.#limits()}
        </div>
      </div>
      ${this.drop.items.length > 1 ? this.#chips(item) : nothing}
      <div class="act">${this.#action(item)} ${this.#answer(item)}</div>
    </article>`;
  }

  /** The chosen one; before a choice the first that is left. */
  get #item(): DropItem | undefined {
    const { items } = this.drop;
    return items.find((item) => item.sku === this.chosen) ?? items.find((item) => item.available > 0) ?? items[0];
  }

  #price({ price: now, list_price }: DropItem): TemplateResult {
    const isLower = now.amount_minor < list_price.amount_minor;
    return html`<p class="row wrap figures">
      <span class="price">${price(now)}</span>
      ${isLower ? html`<s><span class="unseen">${this.t.listPrice("")}</span>${price(list_price)}</s>` : nothing}
    </p>`;
  }

  #stock({ available }: DropItem): TemplateResult {
    const { closes_at, phase } = this.drop;
    const tone = available <= SCARCE_UNITS ? "warn" : "";
    return html`<p class="row wrap">
      ${
        available === 0
          ? html`<span class="badge bad">${this.t.allHeld}</span>`
          : html`<span class="badge figures ${tone}" data-test="stock">${this.t.left(count(available))}</span>`
      }
      ${
        closes_at !== null && phase === "open"
          ? html`<span class="badge figures">${icons.clock}
              ${countdown(this.clock, closes_at, this.t.closesIn)}</span>`
          : nothing
      }
    </p>`;
  }

  #limits(): TemplateResult {
    return html`<p class="small soft row spread wrap">
      <span>${this.t.limit(this.drop.limit_per_viewer)}</span>
      <button class="plain small" @click=${() => this.tell("show-details", { sku: this.#item?.sku })}>
        ${this.t.details} ${icons.chevron}
      </button>
    </p>`;
  }

  #chips(chosen: DropItem): TemplateResult {
    return html`<fieldset>
      <legend class="unseen">${this.t.choose}</legend>
      <div class="chips">
        ${this.drop.items.map(
          (item) => html`<label class="chip">
            <input type="radio" name="sku" .checked=${item === chosen} @change=${() => {
              this.chosen = item.sku;
            }} />
            <span class=${item.available === 0 ? "gone" : ""}>${this.#variantName(item)}</span>
          </label>`,
        )}
      </div>
    </fieldset>`;
  }

  /** A drop of one product needs only what tells its variants apart. */
  #variantName(item: DropItem): string {
    const found = article(this.known, item.sku);
    const variant = inLanguage(found?.variant.title ?? {});
    const products = new Set(this.drop.items.map((one) => article(this.known, one.sku)?.product.product));
    const product = products.size > 1 || variant === "" ? inLanguage(found?.product.title ?? {}) : "";
    return [product, variant].filter(Boolean).join(", ") || item.sku;
  }

  /** One button throughout, so that whoever pressed it keeps the focus while it says what became of it. */
  #action(item: DropItem): TemplateResult {
    if (!this.buying.canBuy) {
      return html`<p class="note">${this.t.signInToBuy}</p>`;
    }
    const held = this.buying.held(item.sku);
    const isAsked = this.buying.isAsked(item.sku);
    const isPay = held !== undefined && !isAsked;
    return html`<div class="row">
      <button
        class="large ${isPay ? "strong" : "primary"}"
        data-test=${isPay ? "pay" : "buy"}
        aria-busy=${isAsked}
        ?disabled=${!isAsked && !isPay && !this.#isForSale(item)}
        @click=${() => (isPay ? this.tell("checkout", held.reservation) : this.#buy(item))}
      >
        ${isAsked ? this.#asking() : isPay ? this.#paying(held) : this.#buyLabel(item)}
      </button>
      ${isPay && this.drop.limit_per_viewer > held.quantity ? this.#oneMore(item) : nothing}
    </div>`;
  }

  #isForSale({ available }: DropItem): boolean {
    return this.drop.phase === "open" && available > 0;
  }

  #asking(): TemplateResult {
    return html`<span class="spin"></span>${this.buying.isConnected ? this.t.holding : this.t.offline}`;
  }

  #paying(held: Reservation): TemplateResult {
    return html`${this.t.pay(price(held.total))}
      ${countdown(this.clock, held.expires_at, this.t.timeLeft)}`;
  }

  #buyLabel({ available }: DropItem): string {
    if (available === 0) {
      return this.t.allHeld;
    }
    return this.drop.phase === "open" ? this.t.buyNow : this.t.paused;
  }

  #oneMore(item: DropItem): TemplateResult {
    return html`<button
      class="outline"
      ?disabled=${!this.#isForSale(item)}
      @click=${() => this.#buy(item)}
    >
      ${icons.plus}<span aria-hidden="true">1</span><span class="unseen">${this.t.buyAnother}</span>
    </button>`;
  }

  #buy(item: DropItem): void {
    this.tell("buy", { drop: this.drop.drop, sku: item.sku });
  }

  #answer(item: DropItem): TemplateResult {
    const outcome = this.buying.isAsked(item.sku) ? undefined : this.buying.answer(item.sku);
    const shown = outcome && told(outcome, this.t);
    return html`<div role="status">${shown ? html`<p class="note ${shown.tone}">${shown.text}</p>` : nothing}</div>`;
  }
}
