import type { Drop, DropItem, Reservation, ServerClock, State } from "@dropcast/client";
import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { article } from "../shared/catalogue";
import { countdown } from "../shared/components/countdown";
import "../shared/components/picture";
import { type DrawStage, drawStage } from "../shared/draw_stage";
import { PageElement } from "../shared/element";
import { FocusKeeper } from "../shared/focus_keeper";
import { count, price } from "../shared/format";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { unitsOf } from "../shared/lines";
import { base, buttons, cards, chips } from "../shared/styles";
import { TickController } from "../shared/ticker";
import { type Told, told } from "./answers";
import { choicesOf, togetherMax } from "./bundle";
import type { Buying } from "./buying";
import "./draw_note";
import { look } from "./drop_card_styles";
import "./line";
import { hasLine, type Press, pressOf } from "./press";
import { priceTag } from "./price_tag";
import "./quantity";
import "./stock";
import { variantName } from "./variant_name";

/** What a press asks for, where it asks for something. */
const ASKS: Partial<Record<Press, string>> = { buy: "buy", enter: "buy", join: "join-line" };

/** A drop that is open or paused: what it sells, at what price, and the button. */
@customElement("viewer-drop-card")
export class ViewerDropCard extends PageElement {
  @property({ attribute: false }) drop!: Drop;
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
  @property({ attribute: false }) buying!: Buying;
  @state() private chosen: string | null = null;
  /** How many are wanted, where more than one may be had. */
  @state() private wanted = 1;

  #shownStage: DrawStage = "none";

  static override readonly styles = [base, buttons, cards, chips, look];

  constructor() {
    super();
    this.addController(new TickController(this, () => this.#stage !== this.#shownStage));
    new FocusKeeper(this, () => this.#pressed);
  }

  override render(): TemplateResult | typeof nothing {
    this.#shownStage = this.#stage;
    const item = this.#item;
    if (!item) {
      return nothing;
    }
    const found = article(this.known, item.sku);
    return html`<article class="card" aria-label=${inLanguage(this.drop.title)}>
      ${this.drop.phase === "paused" ? html`<p class="banner row">${icons.pause} ${this.t.paused}</p>` : nothing}
      ${this.#clock()}
      ${
        this.buying.held(item.sku)?.state === "offered"
          ? html`<p class="banner turn row">${icons.bolt} ${this.t.yourTurn}</p>`
          : nothing
      }
      <div class="what">
        <dc-picture
          .address=${found?.product.picture ?? ""}
          .description=${inLanguage(found?.product.title ?? {})}
        ></dc-picture>
        <div class="facts">
          <p class="eyebrow">${inLanguage(this.drop.title)}</p>
          <h3>${inLanguage(found?.product.title ?? {})}</h3>
          <p class="row wrap figures">${priceTag(item.price, item.list_price, this.t)}</p>
          ${this.#stock(item)} ${this.#limits()}
        </div>
      </div>
      ${this.drop.items.length > 1 ? this.#chips(item) : nothing}
      <div class="act">
        ${this.buying.canBuy ? html`<div class="press">${this.#action(item)}</div>` : this.#signIn(item)}
        ${this.#line()} ${this.#answer(item)}
        ${
          this.#stage === "none"
            ? nothing
            : html`<viewer-draw-note
                .drop=${this.drop} .known=${this.known} .clock=${this.clock} .stage=${this.#stage}
                .mayEnter=${this.buying.canBuy && !this.buying.waiter}
              ></viewer-draw-note>`
        }
      </div>
    </article>`;
  }

  /** The chosen or pressed one; before that what is held or waited for, else the first that is left. */
  get #item(): DropItem | undefined {
    const { items } = this.drop;
    const { waiter } = this.buying;
    return (
      items.find((item) => item.sku === this.chosen) ??
      items.find(({ sku }) => sku === waiter?.sku || this.buying.held(sku)) ??
      items.find((item) => item.available > 0) ??
      items[0]
    );
  }

  /** What is there instead of the button that was pressed: the place in line, the button, or at least something. */
  get #pressed(): HTMLElement | null {
    const find = (selector: string) => this.renderRoot.querySelector<HTMLElement>(selector);
    return find("viewer-line") ?? find(".press .large:enabled") ?? find("button:enabled");
  }

  get #stage(): DrawStage {
    return drawStage(this.drop, this.clock.now());
  }

  #stock({ sku, available, waiting }: DropItem): TemplateResult {
    const isOffered = this.buying.held(sku)?.state === "offered";
    const isDraw = this.#stage === "entries" || this.#stage === "pending";
    const words = isDraw ? this.t.entered(count(waiting)) : this.t.waiting(count(waiting));
    return html`<p class="row wrap">
      ${isDraw ? html`<span class="badge">${this.t.draw}</span>` : nothing}
      <viewer-stock .sku=${sku} .available=${available} ?hidden=${isOffered && available === 0}></viewer-stock>
      ${waiting > 0 ? html`<span class="badge figures">${words}</span>` : nothing}
    </p>`;
  }

  #clock(): TemplateResult | typeof nothing {
    const { closes_at, phase } = this.drop;
    return closes_at === null || phase !== "open"
      ? nothing
      : html`<p class="clock row spread" data-test="closes-in">
          <span class="row">${icons.clock} ${this.t.closesIn}</span>
          ${countdown(this.clock, closes_at, this.t.closesIn)}
        </p>`;
  }

  #limits(): TemplateResult {
    const about = { sku: this.#item?.sku, drop: this.drop.drop };
    return html`<p class="small soft row spread wrap">
      <span>${this.t.limit(this.drop.limit_per_viewer)}</span>
      <button class="plain small" @click=${() => this.tell("show-details", about)}>
        ${this.t.details} ${icons.chevron}
      </button>
    </p>`;
  }

  #chips(chosen: DropItem): TemplateResult {
    return html`<fieldset class="choose">
      <legend class="unseen">${this.t.choose}</legend>
      <div class="chips">
        ${this.drop.items.map(
          (item) => html`<label class="chip">
            <input type="radio" name="sku" .checked=${item === chosen} @change=${() => {
              this.chosen = item.sku;
            }} />
            <span class=${item.available === 0 ? "gone" : ""}>${variantName(this.drop, item.sku, this.known)}</span>
          </label>`,
        )}
      </div>
    </fieldset>`;
  }

  /** One button throughout, so that whoever pressed it keeps the focus while it says what became of it. */
  #action(item: DropItem): TemplateResult | typeof nothing {
    const held = this.buying.held(item.sku);
    const isAsked = this.buying.isAsked(item.sku);
    const press = pressOf(this.drop, item, this.clock.now(), { waiter: this.buying.waiter, held });
    if (press === "wait" && !isAsked) {
      return nothing;
    }
    const isPay = held !== undefined && !isAsked;
    const room = this.drop.limit_per_viewer - (held ? unitsOf(held) : 0);
    const asks = ASKS[press];
    const most = press === "buy" ? Math.min(room, item.available) : 1;
    const quantity = Math.min(this.wanted, most);
    return html`<div class="row">
      ${most > 1 && !isAsked ? this.#quantity(quantity, most) : nothing}
      <button
        class="large ${isPay ? "strong" : "primary"}"
        data-test=${isPay || asks ? press : "buy"}
        aria-busy=${isAsked}
        ?disabled=${!isAsked && !isPay && !asks}
        @click=${() => (isPay ? this.tell("checkout", held.reservation) : this.#ask(asks, item, quantity))}
      >
        ${isAsked ? this.#asking() : isPay ? this.#paying(held) : this.#label(press, item, quantity)}
      </button>
      ${isPay && room > 0 ? this.#oneMore(item) : nothing}
    </div>
    ${room > 1 && this.#canTakeTogether ? this.#together() : nothing}`;
  }

  #signIn({ sku }: DropItem): TemplateResult {
    const needed = { reason: "buy", drop: this.drop.drop, sku };
    return this.buying.canSignIn
      ? html`<button class="primary large" data-test="sign-in" @click=${() => this.tell("signin-needed", needed)}>
          ${this.t.signInBuy}
        </button>`
      : html`<p class="note">${this.t.signInToBuy}</p>`;
  }

  /** The next press is for one again. */
  #ask(what: string | undefined, item: DropItem, quantity: number): void {
    if (what) {
      this.chosen = item.sku;
      this.wanted = 1;
      this.tell(what, { drop: this.drop.drop, sku: item.sku, quantity });
    }
  }

  #quantity(quantity: number, most: number): TemplateResult {
    return html`<viewer-quantity .quantity=${quantity} .most=${most} @quantity=${(event: CustomEvent<number>) => {
      this.wanted = event.detail;
    }}></viewer-quantity>`;
  }

  get #canTakeTogether(): boolean {
    const isServed = this.#stage === "none" || this.#stage === "drawn";
    const isOpen = this.drop.phase === "open" && isServed && togetherMax(this.drop) > 1;
    return isOpen && choicesOf(this.drop, this.known).length > 1;
  }

  #together(): TemplateResult {
    return html`<button class="outline" data-test="together" @click=${() => this.tell("together", this.drop.drop)}>
      ${icons.bag} ${this.t.together}
    </button>`;
  }

  #asking(): TemplateResult {
    return html`<span class="spin"></span>${this.buying.isConnected ? this.t.asking : this.t.offline}`;
  }

  #paying(held: Reservation): TemplateResult {
    return html`${this.t.pay(price(held.total))}
      ${countdown(this.clock, held.expires_at, this.t.timeLeft)}`;
  }

  #label(press: Press, { price: one }: DropItem, quantity: number): string {
    switch (press) {
      case "enter":
        return this.t.enterDraw;
      case "join":
        return this.t.joinLine;
      case "drawing":
        return this.t.drawing;
      case "paused":
        return this.t.paused;
      case "gone":
        return this.t.allHeld;
      default:
        return quantity > 1
          ? this.t.buyMany(quantity, price({ ...one, amount_minor: one.amount_minor * quantity }))
          : this.t.buyNow;
    }
  }

  #oneMore(item: DropItem): TemplateResult {
    return html`<button
      class="outline"
      ?disabled=${this.drop.phase !== "open" || item.available === 0}
      @click=${() => this.#ask("buy", item, 1)}
    >
      ${icons.plus}<span aria-hidden="true">1</span><span class="unseen">${this.t.buyAnother}</span>
    </button>`;
  }

  #line(): TemplateResult | typeof nothing {
    const { waiter, isLeaving } = this.buying;
    return waiter
      ? html`<viewer-line
          .waiter=${waiter} .drop=${this.drop} .clock=${this.clock}
          .drawing=${this.#stage === "pending"} .leaving=${isLeaving}
        ></viewer-line>`
      : nothing;
  }

  /** A place in line shows itself. */
  #answer(item: DropItem): TemplateResult {
    const outcome = this.buying.isAsked(item.sku) ? undefined : this.buying.answer(item.sku);
    const shown = outcome && outcome.kind !== "waiter" && told(outcome, this.t, hasLine(this.drop));
    return html`<div role="status">${shown ? this.#told(shown) : nothing}</div>`;
  }

  #told({ tone, text, until }: Told): TemplateResult {
    const left = until === undefined ? nothing : countdown(this.clock, until, "");
    return html`<p class="note ${tone}" data-test="told">${text} ${left}</p>`;
  }
}
