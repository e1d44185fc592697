import type { Drop, DropItem, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { article, articleName } from "../shared/catalogue";
import { PageElement } from "../shared/element";
import { price, shortCount } from "../shared/format";
import { icons } from "../shared/icons";
import { nameInLanguage } from "../shared/language";
import { base, buttons } from "../shared/styles";
import { asks, buttonNames } from "./asks";
import { commands } from "./look";
import type { SheetOpen } from "./sheet_open";

/** What one press adds, in units. */
const QUICK_UNITS = [5, 10];

/** A drop's stock per SKU as it goes, and presses that add to it. */
@customElement("host-stock-table")
export class HostStockTable extends PageElement {
  @property({ attribute: false }) drop!: Drop;
  @property({ attribute: false }) known!: State;
  /** Names of buttons that rest. */
  @property({ attribute: false }) resting: ReadonlySet<string> = new Set();
  /** SKUs of which units are being added. */
  @property({ attribute: false }) adding: ReadonlySet<string> = new Set();
  @property({ type: Boolean }) isOffline = false;

  static override readonly styles = [
    base,
    buttons,
    commands,
    css`
      table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
      th, td { padding: var(--space-2); text-align: end; }
      thead th { font-size: var(--text-s); color: var(--ink-soft); font-weight: 600; }
      th:first-child { text-align: start; padding-inline-start: var(--space-4); }
      thead th:not(:first-child) { width: 4.5rem; }
      thead th:last-child { width: 1%; }
      td:last-child { padding-inline-end: var(--space-4); }
      tbody tr { border-top: 1px solid var(--line); }
      tbody th { font-weight: 600; overflow-wrap: anywhere; }
      tbody th span { display: block; font-weight: 500; }
      td { font-size: var(--text-l); font-weight: 650; min-width: 3.25rem; }
      .none { color: var(--bad); }
      .add { display: flex; gap: var(--space-1); justify-content: flex-end; }
      .add button { min-height: 2.75rem; min-width: 3.25rem; padding: 0 var(--space-2); }
      @media (max-width: 30rem) {
        thead { display: none; }
        table, tbody { display: block; }
        tr { display: grid; grid-template-columns: repeat(3, 1fr); padding: var(--space-2) var(--space-4); }
        tbody th { grid-column: 1 / -1; padding: 0; }
        tbody th:first-child { padding: 0; }
        tbody th span { display: inline; }
        td { padding: 0; text-align: start; }
        td[data-label]::before {
          content: attr(data-label); display: block; font-size: 0.75rem; font-weight: 600; color: var(--ink-soft);
        }
        td:last-child { grid-column: 1 / -1; padding: var(--space-2) 0 0; }
        .add button { flex: 1; }
      }
    `,
  ];

  override render(): TemplateResult {
    const headings = [this.t.variant, this.t.stock, this.t.heldUnits, this.t.soldUnits];
    return html`<table class=${this.isOffline ? "offline" : ""}>
      <thead><tr>
        ${headings.map((heading) => html`<th scope="col">${heading}</th>`)}
        <th scope="col"><span class="unseen">${this.t.desk.addTitle}</span></th>
      </tr></thead>
      <tbody>${this.drop.items.map((item) => this.#row(item))}</tbody>
    </table>`;
  }

  #row(item: DropItem): TemplateResult {
    const { sku, available } = item;
    const numbers = this.known.numbers?.skus.find((one) => one.sku === sku);
    return html`<tr>
      <th scope="row">${this.#name(sku)} <span class="soft small">${price(item.price)}</span></th>
      <td class=${available === 0 ? "none" : ""} data-test="available" data-label=${this.t.stock}>
        ${shortCount(available)}
      </td>
      <td data-label=${this.t.heldUnits}>${shortCount(numbers?.held ?? 0)}</td>
      <td data-test="sold" data-label=${this.t.soldUnits}>${shortCount(numbers?.sold ?? 0)}</td>
      <td>${this.#adds(sku)}</td>
    </tr>`;
  }

  /** Where all is of one product, what tells the variants from each other is enough. */
  #name(sku: string): string {
    const products = new Set(this.drop.items.map((item) => article(this.known, item.sku)?.product.product));
    const variant = article(this.known, sku)?.variant.title;
    return (products.size === 1 && variant && nameInLanguage(variant)) || articleName(this.known, sku);
  }

  #adds(sku: string): TemplateResult {
    const { drop } = this.drop;
    const isAdding = this.adding.has(sku);
    const isIdle = isAdding || this.resting.has(buttonNames.add(drop, sku));
    const add = (units: number) => () => (isIdle ? undefined : this.tell("ask", asks.add(drop, sku, units)));
    const name = articleName(this.known, sku);
    return html`<div class="add">
      ${QUICK_UNITS.map(
        (units) => html`<button
          class="command" data-test="add-${units}" aria-busy=${isAdding} aria-disabled=${isIdle}
          aria-label="${this.t.addUnits(units)}: ${name}" @click=${add(units)}
        >+${units}</button>`,
      )}
      <button class="command" data-test="add-more" aria-label="${this.t.desk.addTitle}: ${name}"
        @click=${() => this.tell<SheetOpen>("sheet", { kind: "add", drop, sku })}>${icons.plus}</button>
      ${isAdding ? html`<span class="unseen" role="status">${this.t.desk.asking}</span>` : nothing}
    </div>`;
  }
}
