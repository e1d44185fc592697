import type { Drop, Numbers, Show, State } from "@dropcast/client";
import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { PageElement } from "../shared/element";
import { count, moment, percent, price } from "../shared/format";
import { inLanguage, isolated } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";
import { openTime } from "./chart_marks";
import "./demand_card";
import "./exports";
import "./funnel";
import { type DropSales, readOrders, salesByDrop } from "./orders";
import "./paper_chart";
import { paper } from "./report_styles";
import { hasBegun, untilEnd } from "./series";
import "./sources";
import "./stock";
import { tables } from "./tables";
import { troubles } from "./troubles";

/** What came of a show that has ended, for paper. */
@customElement("brand-report")
export class BrandReport extends PageElement {
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) token: string | null = null;
  /** `null` until they are added up, and when they can't be. */
  @state() private byDrop: ReadonlyMap<string, DropSales> | null = null;
  @state() private areTooMany = false;
  /** How many orders there were when they were read. */
  #ordersRead = -1;

  static override readonly styles = [base, buttons, cards, tables, paper];

  /** What is held when a show ends can still be paid: orders are added up anew whenever there are more. */
  override updated(): void {
    const { show, numbers } = this.known;
    if (show?.phase === "ended" && numbers && numbers.orders !== this.#ordersRead) {
      this.#ordersRead = numbers.orders;
      void this.#addUp(show.show, numbers.orders);
    }
  }

  override render(): TemplateResult {
    const { show, numbers } = this.known;
    return show?.phase === "ended" && numbers ? this.#report(show, numbers) : this.#notYet(show);
  }

  async #addUp(show: string, count: number): Promise<void> {
    const orders = await readOrders(show, this.token ?? "").catch(() => undefined);
    // Whoever was asked later knows more.
    if (count === this.#ordersRead) {
      this.areTooMany = orders === null;
      this.byDrop = orders ? salesByDrop(orders) : null;
    }
  }

  #notYet(show: Show | null): TemplateResult {
    return html`<main class="sheet blank">
      <h1>${this.t.brand.reportNotYet}</h1>
      <p class="soft">${this.t.brand.reportNotYetLead}</p>
      ${show ? this.#back(show) : nothing}
    </main>`;
  }

  #back({ show }: Show): TemplateResult {
    const address = `/brand/?${new URLSearchParams({ show })}`;
    return html`<a class="button outline" href=${address}>${this.t.brand.dashboard}</a>`;
  }

  #report(show: Show, numbers: Numbers): TemplateResult {
    const { brand } = this.t;
    const part = (heading: string, body: unknown) => html`<section><h2>${heading}</h2>${body}</section>`;
    return html`
      <nav class="controls">
        ${this.#back(show)}
        <span class="row wrap">
          <brand-exports .known=${this.known} .token=${this.token}></brand-exports>
          <button class="strong" data-test="print" @click=${() => print()}>${brand.print}</button>
        </span>
      </nav>
      <main class="sheet" data-test="report-sheet">
        <header>
          <p class="soft">${brand.reportOf}</p>
          <h1>${inLanguage(show.title)}</h1>
          <p class="soft figures">${[isolated(show.host_name), period(show)].filter(Boolean).join(" · ")}</p>
        </header>
        ${troubles(numbers, this.t)}
        ${part(brand.summary, this.#summary(numbers))}
        ${part(this.t.overTime, this.#chart(show))}
        <div class="halves">
          ${part(brand.funnel, html`<brand-funnel .numbers=${numbers}></brand-funnel>`)}
          <div>
            ${part(brand.demand, html`<brand-demand .numbers=${numbers} .drops=${this.known.drops}></brand-demand>`)}
            ${part(brand.sources, html`<brand-sources .numbers=${numbers}></brand-sources>`)}
          </div>
        </div>
        ${part(brand.perDrop, this.#drops(show))}
        ${part(brand.perProduct, html`<brand-stock whole .known=${this.known}></brand-stock>`)}
        ${
          numbers.promises_broken + numbers.units_short === 0
            ? part(brand.promises, html`<p>${brand.promisesKept}</p>`)
            : nothing
        }
      </main>
    `;
  }

  #summary(numbers: Numbers): TemplateResult {
    const { brand } = this.t;
    const { revenue, orders, saw, bought } = numbers;
    const average = { ...revenue, amount_minor: Math.round(revenue.amount_minor / Math.max(1, orders)) };
    const figures = [
      ["revenue", this.t.revenue, price(revenue)],
      ["units", this.t.unitsSold, count(numbers.units_sold)],
      ["orders", this.t.ordersCount, count(orders)],
      ["paid", brand.paid, count(numbers.orders_paid)],
      ["average", brand.average, orders === 0 ? "–" : price(average)],
      ["watched", brand.watchedInAll, count(numbers.watched)],
      ["viewers-peak", brand.viewersPeak, count(numbers.viewers_peak)],
      ["conversion", brand.conversion, saw === 0 ? "–" : percent(bought / saw)],
    ];
    return html`<dl>
      ${figures.map(
        ([name, label, value]) => html`<div>
          <dt class="small soft">${label}</dt>
          <dd class="figures" data-test=${name}>${value}</dd>
        </div>`,
      )}
    </dl>`;
  }

  #chart({ currency, ended_at }: Show): TemplateResult {
    const { drops } = this.known;
    const sales = this.known.sales && untilEnd(this.known.sales, ended_at);
    return sales && hasBegun(sales)
      ? html`<brand-paper-chart .sales=${sales} .drops=${drops} .currency=${currency}></brand-paper-chart>`
      : html`<p class="soft">${this.t.chartEmpty}</p>`;
  }

  #drops(show: Show): TemplateResult {
    const { brand } = this.t;
    return html`
      <div class="scroll" tabindex="0" role="region" aria-label=${brand.perDrop}><table>
        <thead>
          <tr>
            <th scope="col" class="number">#</th>
            <th scope="col">${brand.drop}</th>
            <th scope="col">${brand.opened}</th>
            <th scope="col">${brand.closedWhy}</th>
            <th scope="col" class="number">${this.t.ordersCount}</th>
            <th scope="col" class="number">${brand.units}</th>
            <th scope="col" class="number">${this.t.revenue}</th>
          </tr>
        </thead>
        <tbody>${this.known.drops.map((drop, place) => this.#drop(show, drop, place))}</tbody>
      </table></div>
      ${this.areTooMany ? html`<p class="soft">${brand.ordersTooMany}</p>` : nothing}
    `;
  }

  #drop({ currency }: Show, drop: Drop, place: number): TemplateResult {
    const sold = this.byDrop?.get(drop.drop) ?? { orders: 0, units: 0, revenueMinor: 0 };
    const known = (value: string) => (this.byDrop ? value : "–");
    return html`<tr data-test="drop">
      <td class="number">${place + 1}</td>
      <th scope="row">${inLanguage(drop.title)}</th>
      <td class="time">${openTime(drop, this.t) || "–"}</td>
      <td>${drop.closed_at === null ? "–" : this.t.closedBecause[drop.closed_reason]}</td>
      <td class="number">${known(count(sold.orders))}</td>
      <td class="number">${known(count(sold.units))}</td>
      <td class="number">${known(price({ amount_minor: sold.revenueMinor, currency }))}</td>
    </tr>`;
  }
}

/** From when to when the show was live. */
function period({ started_at, ended_at }: Show): string {
  return [started_at, ended_at].flatMap((at) => (at === null ? [] : [moment(at)])).join(" – ");
}
