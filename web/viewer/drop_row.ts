import type { Drop, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { article } from "../shared/catalogue";
import "../shared/components/picture";
import { PageElement } from "../shared/element";
import { hour, price } from "../shared/format";
import { inLanguage } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";

/** A drop that comes later or is over, in one line. */
@customElement("viewer-drop-row")
export class ViewerDropRow extends PageElement {
  @property({ attribute: false }) drop!: Drop;
  @property({ attribute: false }) known!: State;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      button {
        width: 100%; min-height: 4.5rem; padding: var(--space-2); gap: var(--space-3); justify-content: flex-start;
        text-align: start; background: var(--surface); border-color: var(--line); font-weight: 400; white-space: normal;
      }
      dc-picture { width: 3.5rem; flex: none; border-radius: var(--radius-s); }
      .over dc-picture { filter: grayscale(1); }
      .name { flex: 1; min-width: 0; display: grid; }
      .title { font-weight: 600; overflow-wrap: anywhere; line-height: 1.25; }
    `,
  ];

  override render(): TemplateResult {
    const { drop } = this;
    const item = drop.items[0];
    const product = item && article(this.known, item.sku)?.product;
    const showDetails = () => this.tell("show-details", { sku: item?.sku, drop: drop.drop });
    return html`<button class=${drop.phase === "closed" ? "over" : ""} @click=${showDetails}>
      <dc-picture .address=${product?.picture ?? ""}></dc-picture>
      <span class="name">
        <span class="title">${inLanguage(drop.title)}</span>
        <span class="soft small">${this.#subtitle()}</span>
      </span>
      ${drop.phase === "closed" ? nothing : html`<span class="badge">${this.#opens()}</span>`}
    </button>`;
  }

  #subtitle(): string {
    const cheapest = this.drop.items.reduce<Drop["items"][number] | undefined>(
      (best, item) => (best && best.price.amount_minor <= item.price.amount_minor ? best : item),
      undefined,
    );
    const isDraw = this.drop.fairness === "draw";
    const { phase, closed_reason } = this.drop;
    const over = phase === "closed" && this.t.closedBecause[closed_reason];
    return [cheapest && price(cheapest.price), isDraw && this.t.draw, over].filter(Boolean).join(" · ");
  }

  #opens(): string {
    const { opens_at } = this.drop;
    return opens_at === null ? this.t.soon : this.t.opensAt(hour(opens_at));
  }
}
