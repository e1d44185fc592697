import type { Drop, Sales } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { PageElement } from "../shared/element";
import { count, hour, price } from "../shared/format";
import { inLanguage } from "../shared/language";
import { base } from "../shared/styles";
import { type Row, rows } from "./minutes";
import { tables } from "./tables";

/** What the chart shows, as a table that can be opened under it. */
@customElement("brand-chart-table")
export class BrandChartTable extends PageElement {
  @property({ attribute: false }) sales!: Sales;
  @property({ attribute: false }) drops: readonly Drop[] = [];
  @property() currency = "EUR";
  @state() private isOpen = false;

  static override readonly styles = [
    base,
    tables,
    css`
      summary {
        cursor: pointer; width: fit-content; min-height: 2.25rem; padding: 0.5rem 0; font-size: var(--text-s);
        font-weight: 600; color: var(--ink-soft);
      }
      @media (pointer: coarse) { summary { min-height: 2.5rem; } }
      summary:hover { color: var(--ink); }
      .scroll { max-height: 22rem; overflow: auto; }
    `,
  ];

  override render(): TemplateResult {
    return html`<details data-test="chart-table" @toggle=${this.#onToggle}>
      <summary>${this.t.brand.asTable}</summary>
      <div class="scroll" tabindex="0" role="region" aria-label=${this.t.overTime}>
        ${this.isOpen ? this.#table() : nothing}
      </div>
    </details>`;
  }

  /** A table that nobody looks at is not drawn anew each second. */
  #onToggle(event: Event): void {
    this.isOpen = (event.target as HTMLDetailsElement).open;
  }

  #table(): TemplateResult {
    return html`<table>
      <thead>
        <tr>
          <th scope="col">${this.t.time}</th>
          <th scope="col" class="number">${this.t.revenue}</th>
          <th scope="col" class="number">${this.t.brand.units}</th>
          <th scope="col" class="number">${this.t.ordersCount}</th>
          <th scope="col" class="number">${this.t.viewersNow}</th>
          <th scope="col">${this.t.brand.opened}</th>
        </tr>
      </thead>
      <tbody>${rows(this.sales, this.drops).map((row) => this.#row(row))}</tbody>
    </table>`;
  }

  #row({ startsAt, revenueMinor, units, orders, viewers, drops }: Row): TemplateResult {
    return html`<tr>
      <th scope="row">${hour(startsAt)}</th>
      <td class="number">${price({ amount_minor: revenueMinor, currency: this.currency })}</td>
      <td class="number">${count(units)}</td>
      <td class="number">${count(orders)}</td>
      <td class="number">${count(viewers)}</td>
      <td>${drops.map((drop) => inLanguage(drop.title)).join(", ")}</td>
    </tr>`;
  }
}
