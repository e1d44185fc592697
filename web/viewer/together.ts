import type { Drop, DropItem, Outcome, Product, State, WantedLine } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { article } from "../shared/catalogue";
import "../shared/components/sheet";
import { PageElement } from "../shared/element";
import { price } from "../shared/format";
import { inLanguage } from "../shared/language";
import { base, buttons, cards, chips } from "../shared/styles";
import { told } from "./answers";
import { type Choice, choicesOf, togetherMax } from "./bundle";

/** One of each product of a drop, held all or nothing. */
@customElement("viewer-together")
export class ViewerTogether extends PageElement {
  @property({ attribute: false }) drop!: Drop;
  @property({ attribute: false }) known!: State;
  /** Whether the press waits for its answer. */
  @property({ type: Boolean }) asked = false;
  /** How the last press ended. */
  @property({ attribute: false }) answer: Outcome | undefined;
  /** What was chosen of a product, by its name; `null`: nothing. */
  @state() private chosen: ReadonlyMap<string, string | null> = new Map();

  static override readonly styles = [
    base,
    buttons,
    cards,
    chips,
    css`
      legend { font-weight: 600; padding: 0; margin-bottom: var(--space-2); }
    `,
  ];

  override render(): TemplateResult {
    const choices = choicesOf(this.drop, this.known);
    const lines = this.#lines(choices);
    const shown = !this.asked && this.answer && this.answer.kind !== "held" ? told(this.answer, this.t) : null;
    return html`<dc-sheet .heading=${this.t.together}>
      <div class="stack">
        <p class="soft">${this.t.togetherLead}</p>
        <p class="small soft">${this.t.limit(this.drop.limit_per_viewer)}</p>
        ${choices.map((choice) => this.#choice(choice, lines))}
        <div role="status">${shown ? html`<p class="note ${shown.tone}">${shown.text}</p>` : nothing}</div>
        <button class="primary large" data-test="hold-together" aria-busy=${this.asked}
          ?disabled=${!this.asked && (lines.length < 2 || lines.length > togetherMax(this.drop))}
          @click=${() => this.tell("hold-together", { drop: this.drop.drop, lines })}>
          ${this.asked ? this.t.asking : this.t.togetherHold(price(this.#total(lines)))}
        </button>
      </div>
    </dc-sheet>`;
  }

  #choice({ product, items }: Choice, lines: readonly WantedLine[]): TemplateResult {
    const isChosen = (item: DropItem) => lines.some((line) => line.sku === item.sku);
    return html`<fieldset>
      <legend>${inLanguage(product.title)}</legend>
      <div class="chips">
        ${items.map((item) => this.#chip(product, item.sku, isChosen(item), this.#label(item)))}
        ${this.#chip(product, null, !items.some(isChosen), this.t.notThisOne)}
      </div>
    </fieldset>`;
  }

  #chip({ product }: Product, sku: string | null, isChosen: boolean, label: string): TemplateResult {
    return html`<label class="chip">
      <input type="radio" name=${product} .checked=${isChosen} @change=${() => {
        this.chosen = new Map(this.chosen).set(product, sku);
      }} />
      <span class="figures">${label}</span>
    </label>`;
  }

  #label({ sku, price: one }: DropItem): string {
    const variant = inLanguage(article(this.known, sku)?.variant.title ?? {});
    return [variant, price(one)].filter(Boolean).join(", ");
  }

  /** Before a choice the first of each product, as many as one person may have. */
  #lines(choices: readonly Choice[]): readonly WantedLine[] {
    return choices.flatMap(({ product, items }, place) => {
      const first = place < togetherMax(this.drop) ? (items[0]?.sku ?? null) : null;
      const sku = this.chosen.has(product.product) ? this.chosen.get(product.product) : first;
      return items.some((item) => item.sku === sku) && sku ? [{ sku, quantity: 1 }] : [];
    });
  }

  #total(lines: readonly WantedLine[]) {
    const items = this.drop.items.filter((item) => lines.some((line) => line.sku === item.sku));
    const amount_minor = items.reduce((sum, item) => sum + item.price.amount_minor, 0);
    return { amount_minor, currency: this.known.show?.currency ?? "" };
  }
}
