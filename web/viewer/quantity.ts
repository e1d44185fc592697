import { css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { PageElement } from "../shared/element";
import { icons } from "../shared/icons";
import { base, buttons } from "../shared/styles";

/** How many of one SKU. Tells `quantity` with the number. */
@customElement("viewer-quantity")
export class ViewerQuantity extends PageElement {
  @property({ type: Number }) quantity = 1;
  /** The most that may be had now. */
  @property({ type: Number }) most = 1;

  static override readonly styles = [
    base,
    buttons,
    css`
      div { border: 1px solid var(--line); border-radius: var(--radius-m); gap: 0; height: 3.75rem; overflow: clip; }
      output { min-width: 1.5rem; text-align: center; font-weight: 700; font-size: var(--text-l); }
      button { width: 2.75rem; height: 100%; padding: 0; background: transparent; }
      @media (hover: hover) { button:hover:not(:disabled) { background: var(--sunken); } }
      button:disabled { background: transparent; opacity: 0.5; }
    `,
  ];

  override render(): TemplateResult {
    return html`<div class="row" role="group" aria-label=${this.t.quantity}>
      <button aria-label=${this.t.fewer} ?disabled=${this.quantity <= 1} @click=${() => this.#set(-1)}>
        ${icons.minus}
      </button>
      <output class="figures" data-test="quantity">${this.quantity}</output>
      <button aria-label=${this.t.buyAnother} data-test="quantity-more" ?disabled=${this.quantity >= this.most}
        @click=${() => this.#set(1)}>
        ${icons.plus}
      </button>
    </div>`;
  }

  #set(by: number): void {
    this.tell("quantity", Math.min(this.most, Math.max(1, this.quantity + by)));
  }
}
