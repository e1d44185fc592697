import type { Numbers } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { PageElement } from "../shared/element";
import { count, percent, price } from "../shared/format";
import { base, cards } from "../shared/styles";

interface Figure {
  /** What tests know it by. */
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly noteName?: string;
}

/** The figures that everybody asks for first. Without numbers, the place that they will take. */
@customElement("brand-figures")
export class BrandFigures extends PageElement {
  @property({ attribute: false }) numbers: Numbers | null = null;

  static override readonly styles = [
    base,
    cards,
    css`
      dl { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: var(--space-3); }
      .figure { display: grid; gap: var(--space-1); align-content: start; min-height: 6.75rem; }
      .figure:first-child { grid-column: 1 / -1; }
      .value {
        font-size: clamp(1.625rem, 2.2vw, 2.125rem); font-weight: 680; letter-spacing: -0.03em; line-height: 1.15;
        overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
      }
      .figure:first-child .value { font-size: clamp(2.25rem, 3vw, 2.5rem); }
      .bone { background: var(--sunken); border-radius: var(--radius-s); }
      .bone.value { height: 1.15em; width: 60%; }
      .bone.note { height: 1em; width: 80%; }
      @media (min-width: 48rem) {
        dl { grid-template-columns: 1.5fr repeat(4, minmax(0, 1fr)); gap: var(--space-4); }
        .figure:first-child { grid-column: auto; }
      }
    `,
  ];

  override render(): TemplateResult {
    const { numbers } = this;
    return html`<dl aria-busy=${numbers === null}>
      ${this.#figures(numbers).map(
        ({ name, label, value, note, noteName }) => html`<div class="card figure">
          <dt class="eyebrow">${label}</dt>
          ${
            numbers
              ? html`<dd class="figures value" data-test=${name}>${value}</dd>
                <dd class="small soft figures" data-test=${noteName ?? nothing}>${note}</dd>`
              : html`<dd class="bone value"></dd><dd class="bone note small"></dd>`
          }
        </div>`,
      )}
    </dl>`;
  }

  #figures(numbers: Numbers | null): readonly Figure[] {
    const of = (value: (numbers: Numbers) => string) => (numbers ? value(numbers) : "");
    return [
      {
        name: "revenue",
        label: this.t.revenue,
        value: of(({ revenue }) => price(revenue)),
        note: of((known) => this.#perOrder(known)),
      },
      {
        name: "units",
        label: this.t.unitsSold,
        value: of(({ units_sold }) => count(units_sold)),
        note: of(({ units_held }) => this.t.heldNow(count(units_held))),
      },
      {
        name: "orders",
        label: this.t.ordersCount,
        value: of(({ orders }) => count(orders)),
        note: of(({ orders_paid }) => this.t.paidCount(count(orders_paid))),
        noteName: "paid",
      },
      {
        name: "viewers",
        label: this.t.viewersNow,
        value: of(({ viewers }) => count(viewers)),
        note: of(({ viewers_peak }) => this.t.peak(count(viewers_peak))),
        noteName: "viewers-peak",
      },
      {
        name: "conversion",
        label: this.t.brand.conversion,
        value: of(({ bought, saw }) => (saw === 0 ? "–" : percent(bought / saw))),
        note: of(({ bought, saw }) =>
          saw === 0 ? this.t.brand.conversionNone : this.t.brand.conversionOf(count(bought), count(saw)),
        ),
      },
    ];
  }

  #perOrder({ orders, revenue }: Numbers): string {
    const average = { ...revenue, amount_minor: Math.round(revenue.amount_minor / Math.max(1, orders)) };
    return orders === 0 ? this.t.brand.noOrders : this.t.brand.perOrder(price(average));
  }
}
