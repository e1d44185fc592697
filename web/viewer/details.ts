import type { State, Variant } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { around } from "../shared/around";
import { article } from "../shared/catalogue";
import "../shared/components/picture";
import "../shared/components/sheet";
import { drawAddress, drawRelation } from "../shared/draw_stage";
import { PageElement } from "../shared/element";
import { inLanguage } from "../shared/language";
import { base, cards } from "../shared/styles";
import { priceTag } from "./price_tag";

/** Everything about a product: description, variants, delivery, returns. */
@customElement("viewer-details")
export class ViewerDetails extends PageElement {
  @property({ attribute: false }) known!: State;
  @property() sku = "";
  /** The drop that sells it. */
  @property() drop = "";

  static override readonly styles = [
    base,
    cards,
    css`
      /* Here the whole product is seen, whatever shape its picture has. */
      dc-picture { aspect-ratio: auto; height: min(24rem, 45dvh); --fit: contain; }
      section { border-top: 1px solid var(--line); padding-top: var(--space-3); white-space: pre-line; }
      li { min-height: 2rem; }
      .price { font-weight: 700; }
      s { color: var(--ink-soft); }
      section p { unicode-bidi: plaintext; }
      h3 { font-size: var(--text-m); margin-bottom: var(--space-1); }
    `,
  ];

  override render(): TemplateResult {
    const product = article(this.known, this.sku)?.product;
    const { show } = this.known;
    return html`<dc-sheet .heading=${inLanguage(product?.title ?? {})}>
      <div class="stack">
        <dc-picture .address=${product?.picture ?? ""} .description=${inLanguage(product?.title ?? {})}></dc-picture>
        <ul class="figures">
          ${product?.variants.map(
            (variant) => html`<li class="row spread">
              <span>${inLanguage(variant.title) || inLanguage(product.title)}</span>
              <span class="row">${this.#price(variant)}</span>
            </li>`,
          )}
        </ul>
        ${this.#draw()}
        ${this.#section(this.t.description, inLanguage(product?.description ?? {}))}
        ${this.#section(this.t.delivery, inLanguage(show?.delivery ?? {}))}
        ${this.#section(this.t.returnPolicy, inLanguage(show?.return_policy ?? {}))}
      </div>
    </dc-sheet>`;
  }

  /** What this drop asks for it, if it sells it. */
  #price({ sku, list_price }: Variant): TemplateResult {
    const drop = this.known.drops.find((one) => one.drop === this.drop);
    const item = drop?.items.find((one) => one.sku === sku);
    return priceTag(item?.price ?? list_price, list_price, this.t);
  }

  #draw(): TemplateResult | typeof nothing {
    const drop = this.known.drops.find((one) => one.drop === this.drop);
    const { server } = around(this);
    const address = drawAddress(server, this.known.show?.show ?? "", this.drop);
    return drop?.fairness === "draw"
      ? html`<p class="note">
          ${this.t.drawNote}
          <a href=${address} target="_blank" rel=${drawRelation(server)}>${drop.lots ? this.t.howWasDrawn : this.t.howIsDrawn}</a>
        </p>`
      : nothing;
  }

  #section(heading: string, words: string): TemplateResult | typeof nothing {
    return words === "" ? nothing : html`<section><h3>${heading}</h3><p class="soft">${words}</p></section>`;
  }
}
