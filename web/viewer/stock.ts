import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { PageElement } from "../shared/element";
import { count } from "../shared/format";
import { base, cards } from "../shared/styles";
import { TickController } from "../shared/ticker";
import { type Shown, StockShown } from "./stock_shown";

/** From so few units on, the stock is shown as scarce. */
const SCARCE_UNITS = 5;

const lessMotion = matchMedia("(prefers-reduced-motion: reduce)");

/** How many are left of a SKU, as a number that never trembles. */
@customElement("viewer-stock")
export class ViewerStock extends PageElement {
  /** Whose stock it is: another one begins anew. */
  @property() sku = "";
  @property({ type: Number }) available = 0;

  #stock = new StockShown();
  #shown: Shown = { units: 0, more: 0 };

  static override readonly styles = [
    base,
    cards,
    css`
      :host { display: inline-flex; gap: var(--space-2); flex-wrap: wrap; }
    `,
  ];

  constructor() {
    super();
    this.addController(new TickController(this, () => !isSame(this.#look(), this.#shown)));
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("sku")) {
      this.#stock = new StockShown();
    }
  }

  override render(): TemplateResult {
    this.#shown = this.#look();
    const { units, more } = this.#shown;
    return html`
      ${
        units === 0
          ? html`<span class="badge bad">${this.t.allHeld}</span>`
          : html`<span class="badge figures ${units <= SCARCE_UNITS ? "warn" : ""}" data-test="stock"
              >${this.t.left(count(units))}</span>`
      }
      <span role="status">${more > 0 ? this.#rise(count(more)) : nothing}</span>
    `;
  }

  /** Short for who sees it: it must not push down what is about to be pressed. */
  #rise(more: string): TemplateResult {
    return html`<span class="badge good figures" aria-hidden="true">+${more}</span>
      <span class="unseen">${this.t.more(more)}</span>`;
  }

  #look(): Shown {
    return this.#stock.at(performance.now(), this.available, lessMotion.matches);
  }
}

function isSame(a: Shown, b: Shown): boolean {
  return a.units === b.units && a.more === b.more;
}
