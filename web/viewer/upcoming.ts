import type { Drop, ServerClock, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { article } from "../shared/catalogue";
import { countdown } from "../shared/components/countdown";
import "../shared/components/picture";
import { PageElement } from "../shared/element";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";
import { priceTag } from "./price_tag";

/** Until so long before it opens a drop is only a row, with its hour. */
const NEAR_MS = 10 * 60_000;

/** Whether a drop opens so soon that the seconds are counted. `now` is in Unix milliseconds, by the server's clock. */
export function isNear({ phase, opens_at }: Drop, now: number): boolean {
  return phase === "planned" && opens_at !== null && opens_at - now <= NEAR_MS;
}

/** A drop that opens at a known moment: what it will be, and how long it takes until then. */
@customElement("viewer-upcoming")
export class ViewerUpcoming extends PageElement {
  @property({ attribute: false }) drop!: Drop;
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      .card { padding: 0; overflow: clip; box-shadow: var(--shadow); }
      .what {
        display: grid; grid-template-columns: 6rem minmax(0, 1fr); gap: var(--space-4); padding: var(--space-4);
        align-items: center;
      }
      h3 { font-size: var(--text-l); overflow-wrap: anywhere; }
      .price { font-weight: 700; }
      s { color: var(--ink-soft); }
      .facts { display: grid; gap: var(--space-1); min-width: 0; }
      .clock {
        padding: var(--space-3) var(--space-4); background: var(--ink); color: var(--paper); font-weight: 600;
        --urgent: var(--paper);
      }
      .clock dc-countdown { font-size: 2.75rem; font-weight: 750; line-height: 1.1; letter-spacing: -0.02em; }
      .clock:has(dc-countdown[last]) { background: var(--accent); color: var(--on-accent); --urgent: var(--on-accent); }
      /* As high as a finger needs, without taking more room. */
      .plain { padding: 0; margin-block: -0.25rem; justify-self: start; }
    `,
  ];

  override render(): TemplateResult | typeof nothing {
    const { drop } = this;
    const item = drop.items[0];
    if (!item || drop.opens_at === null) {
      return nothing;
    }
    const product = article(this.known, item.sku)?.product;
    return html`<article class="card" aria-label=${inLanguage(drop.title)} data-test="upcoming">
      <p class="clock row spread">
        <span class="row">${icons.clock} ${this.t.opensIn}</span>
        ${countdown(this.clock, drop.opens_at, this.t.opensIn)}
      </p>
      <div class="what">
        <dc-picture .address=${product?.picture ?? ""} .description=${inLanguage(product?.title ?? {})}></dc-picture>
        <div class="facts">
          <h3>${inLanguage(drop.title)}</h3>
          <p class="row wrap figures">
            ${priceTag(item.price, item.list_price, this.t)}
            ${drop.fairness === "draw" ? html`<span class="badge">${this.t.draw}</span>` : nothing}
          </p>
          <button class="plain small" @click=${() => this.tell("show-details", { sku: item.sku, drop: drop.drop })}>
            ${this.t.details} ${icons.chevron}
          </button>
        </div>
      </div>
    </article>`;
  }
}
