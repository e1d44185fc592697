import type { Drop } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { dropBadge } from "../shared/badges";
import { PageElement } from "../shared/element";
import { count } from "../shared/format";
import { inLanguage } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";
import { openTime } from "./chart_marks";
import { aroundNow } from "./ranking";

/** The run of show: what is open, what was, what comes. */
@customElement("brand-drops")
export class BrandDrops extends PageElement {
  @property({ attribute: false }) drops: readonly Drop[] = [];
  @state() private isAllShown = false;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      ol {
        display: grid; gap: 0 var(--space-6);
        grid-template-columns: repeat(auto-fill, minmax(min(22rem, 100%), 1fr));
      }
      li {
        display: flex; gap: var(--space-3); align-items: center; padding: var(--space-2) 0; min-height: 2.5rem;
        border-top: 1px solid var(--line);
      }
      .name { flex: 1; min-width: 0; overflow-wrap: anywhere; font-weight: 600; line-height: 1.3; }
      .time { font-weight: 400; }
      button { min-height: 2.25rem; font-size: var(--text-s); margin-top: var(--space-2); }
      @media (pointer: coarse) { button { min-height: 2.5rem; } }
    `,
  ];

  override render(): TemplateResult {
    const { drops } = this;
    if (drops.length === 0) {
      return html`<p class="soft">${this.t.brand.dropsEmpty}</p>`;
    }
    const shown = this.isAllShown ? drops : aroundNow(drops);
    return html`<ol>${repeat(
      shown,
      (drop) => drop.drop,
      (drop) => this.#drop(drop),
    )}</ol>
    ${shown.length < drops.length || this.isAllShown ? this.#more(drops.length) : nothing}`;
  }

  #more(all: number): TemplateResult {
    return html`<button type="button" class="outline" aria-expanded=${this.isAllShown}
      @click=${() => {
        this.isAllShown = !this.isAllShown;
      }}>${this.isAllShown ? this.t.brand.showFewer : this.t.brand.showAll(count(all))}</button>`;
  }

  #drop(drop: Drop): TemplateResult {
    const waiting = drop.items.reduce((sum, item) => sum + item.waiting, 0);
    return html`<li>
      <div class="name">
        ${inLanguage(drop.title)}
        <div class="small soft figures time">${openTime(drop, this.t)}</div>
      </div>
      ${waiting > 0 ? html`<span class="small soft figures">${this.t.waiting(count(waiting))}</span>` : nothing}
      ${dropBadge(drop, this.t)}
    </li>`;
  }
}
