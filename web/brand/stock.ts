import type { SkuNumbers, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { styleMap } from "lit/directives/style-map.js";
import { articleName } from "../shared/catalogue";
import { PageElement } from "../shared/element";
import { count, percent, price } from "../shared/format";
import { base, buttons, cards } from "../shared/styles";
import { bestFirst, scarceFirst } from "./ranking";
import { tables } from "./tables";

/** As many rows as a screen on a wall has room for. */
const SHOWN_MAX = 7;
/** More than so many minutes is no news. */
const MINUTES_MAX = 120;

interface Column {
  /** What tests know it by. */
  readonly name: string;
  readonly label: string;
  readonly value: (sku: SkuNumbers) => TemplateResult | string;
}

/** Sell-through of every SKU and how long its stock lasts, best sellers first. */
@customElement("brand-stock")
export class BrandStock extends PageElement {
  @property({ attribute: false }) known!: State;
  /** How many minutes the free units of a SKU last; `null` where nobody can know. */
  @property({ attribute: false }) minutesLeft: (sku: SkuNumbers) => number | null = () => null;
  /** On paper: every row, and no minutes. */
  @property({ type: Boolean }) whole = false;
  @state() private isScarceFirst = false;
  @state() private isAllShown = false;

  static override readonly styles = [
    base,
    buttons,
    cards,
    tables,
    css`
      .head { display: flex; flex-wrap: wrap; justify-content: space-between; gap: var(--space-1) var(--space-4); }
      h2 { font-size: var(--text-m); font-weight: 650; margin-bottom: var(--space-2); }
      .order { display: flex; gap: var(--space-1); margin: -0.375rem 0 var(--space-1); }
      .order button, .more { min-height: 2.25rem; font-size: var(--text-s); padding: 0 var(--space-3); }
      @media (pointer: coarse) { .order button, .more { min-height: 2.5rem; } }
      .order button { background: transparent; color: var(--ink-soft); }
      .order button[aria-pressed="true"] { background: var(--sunken); color: var(--ink); }
      .more { margin-top: var(--space-2); }
      .bar {
        display: flex; height: 0.5rem; border-radius: 999px; background: var(--sunken); overflow: hidden;
        margin-top: var(--space-1);
      }
      .bar span { transition: width 300ms; }
      .sold { background: var(--accent); }
      .held { background: var(--accent); opacity: 0.45; }
      .offered { background: repeating-linear-gradient(135deg, var(--accent) 0 2px, transparent 2px 5px); }
      .beside { font-weight: 400; }
      .beside:empty { display: none; }
      @media not print {
        @media (max-width: 47.99rem) {
          thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
          table, tbody { display: block; }
          tbody tr { display: flex; flex-wrap: wrap; gap: 0 var(--space-4); padding: var(--space-2) 0; }
          tbody th { flex: 1 0 100%; padding: 0 0 var(--space-1); }
          td { padding: 0; font-size: var(--text-s); }
          td[data-label]::before { content: attr(data-label) " "; color: var(--ink-soft); }
          td:last-child { margin-inline-start: auto; font-weight: 600; }
        }
      }
      @media (min-width: 48rem), print {
        .name { width: 42%; }
        tbody :is(th, td) { padding-block: 0.375rem; }
      }
      @media (min-width: 100rem), print {
        .name-and-bar { display: grid; grid-template-columns: minmax(0, 1.5fr) minmax(0, 1fr); gap: var(--space-4); }
        .bar { align-self: center; margin: 0; }
      }
      @media print {
        .bar, .bar span { print-color-adjust: exact; }
        tr { break-inside: avoid; }
      }
    `,
  ];

  override render(): TemplateResult {
    const all = this.known.numbers?.skus ?? [];
    if (all.length === 0) {
      return html`<h2>${this.t.brand.stock}</h2><p class="soft">${this.t.brand.stockEmpty}</p>`;
    }
    const ranked = this.isScarceFirst ? scarceFirst(all, this.minutesLeft) : bestFirst(all);
    const shown = this.whole || this.isAllShown ? ranked : ranked.slice(0, SHOWN_MAX);
    return html`
      ${this.whole ? nothing : html`<div class="head"><h2>${this.t.brand.stock}</h2>${this.#order()}</div>`}
      <table role="table">
        <thead role="rowgroup">${this.#head()}</thead>
        <tbody role="rowgroup">${repeat(
          shown,
          (one) => one.sku,
          (one) => this.#row(one),
        )}</tbody>
      </table>
      ${this.whole || all.length <= SHOWN_MAX ? nothing : this.#more(all.length)}
    `;
  }

  #order(): TemplateResult {
    const choice = (isScarceFirst: boolean, label: string) => html`<button
      type="button" aria-pressed=${this.isScarceFirst === isScarceFirst}
      @click=${() => {
        this.isScarceFirst = isScarceFirst;
      }}>${label}</button>`;
    return html`<div class="order" role="group" aria-label=${this.t.brand.order}>
      ${choice(false, this.t.brand.bestFirst)} ${choice(true, this.t.brand.scarceFirst)}
    </div>`;
  }

  #head(): TemplateResult {
    const head = (label: string) => html`<th role="columnheader" scope="col" class="number">${label}</th>`;
    return html`<tr role="row">
      <th role="columnheader" scope="col" class="name">${this.t.brand.product}</th>
      ${this.#columns().map(({ label }) => head(label))}
    </tr>`;
  }

  #row(one: SkuNumbers): TemplateResult {
    const { sku, sold, held, offered, allotted } = one;
    const width = (units: number) => styleMap({ width: `${allotted === 0 ? 0 : (100 * units) / allotted}%` });
    return html`<tr role="row" data-test="sku" data-sku=${sku}>
      <th role="rowheader" scope="row" class="name">
        <div class="name-and-bar">
          <div>${articleName(this.known, sku)}<div class="small soft beside">${this.#besides(one)}</div></div>
          <div class="bar" aria-hidden="true">
            <span class="sold" style=${width(sold)}></span><span class="held" style=${width(held)}></span><span
              class="offered" style=${width(offered)}></span>
          </div>
        </div>
      </th>
      ${this.#columns().map(
        ({ name, label, value }) =>
          html`<td role="cell" class="number" data-test=${name} data-label=${label}>${value(one)}</td>`,
      )}
    </tr>`;
  }

  /** All but the first, which is the name. */
  #columns(): readonly Column[] {
    const { brand } = this.t;
    const minutes: Column[] = this.whole
      ? []
      : [{ name: "minutes", label: brand.minutesLeft, value: (one) => this.#minutes(one) }];
    return [
      {
        name: "sold",
        label: brand.sold,
        value: ({ sold, allotted }) => this.t.sellThroughOf(count(sold), count(allotted)),
      },
      {
        name: "share",
        label: brand.share,
        value: ({ sold, allotted }) => (allotted === 0 ? "–" : percent(sold / allotted)),
      },
      { name: "held", label: brand.held, value: ({ held }) => count(held) },
      { name: "offered", label: brand.offered, value: ({ offered }) => count(offered) },
      { name: "left", label: brand.left, value: ({ free }) => count(free) },
      ...minutes,
      { name: "revenue-of", label: this.t.revenue, value: ({ revenue }) => price(revenue) },
    ];
  }

  /** What is not the case as a rule, and has no column of its own. */
  #besides({ waiting, sold_elsewhere }: SkuNumbers): string {
    const words = [
      ...(waiting > 0 ? [this.t.waiting(count(waiting))] : []),
      ...(sold_elsewhere > 0 ? [this.t.soldElsewhereCount(count(sold_elsewhere))] : []),
    ];
    return words.join(", ");
  }

  #minutes(one: SkuNumbers): TemplateResult | string {
    const { brand } = this.t;
    if (one.free === 0) {
      const isSold = one.held + one.offered === 0;
      return html`<span class="badge ${isSold ? "good" : "warn"}">${isSold ? this.t.soldOut : brand.allHeld}</span>`;
    }
    const minutes = this.known.show?.phase === "live" ? this.minutesLeft(one) : null;
    if (minutes === null) {
      return html`<span class="soft" title=${brand.minutesUnknown}>
        –<span class="unseen">${brand.minutesUnknown}</span>
      </span>`;
    }
    if (minutes > MINUTES_MAX) {
      return brand.hours(count(MINUTES_MAX / 60));
    }
    return minutes < 1 ? brand.underOneMinute : brand.minutes(count(Math.round(minutes)));
  }

  #more(all: number): TemplateResult {
    const label = this.isAllShown ? this.t.brand.showFewer : this.t.brand.showAll(count(all));
    return html`<button type="button" class="outline more" data-test="show-all" aria-expanded=${this.isAllShown}
      @click=${() => {
        this.isAllShown = !this.isAllShown;
      }}>${label}</button>`;
  }
}
