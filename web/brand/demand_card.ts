import type { Drop, Numbers } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { PageElement } from "../shared/element";
import { count, price } from "../shared/format";
import { base } from "../shared/styles";
import { inMoney } from "./demand";
import { shareList, shares } from "./shares";

const REASONS = ["sold_out", "limited", "closed", "other"] as const;

/** How much demand was turned away: in units, in money where that can be known, and why. */
@customElement("brand-demand")
export class BrandDemand extends PageElement {
  @property({ attribute: false }) numbers!: Numbers;
  @property({ attribute: false }) drops: readonly Drop[] = [];

  static override readonly styles = [
    base,
    shares,
    css`
      .units { font-size: var(--text-xl); font-weight: 680; letter-spacing: -0.02em; }
      .lead { margin-bottom: var(--space-3); }
      .note { margin-top: var(--space-3); }
    `,
  ];

  override render(): TemplateResult {
    const turnedAway = this.numbers.turned_away;
    if (!turnedAway || this.numbers.refused === 0) {
      return html`<p class="soft" data-test="turned-away">${this.t.brand.demandEmpty}</p>`;
    }
    const parts = REASONS.map((why) => ({ name: `why-${why}`, label: this.t.brand.why[why], value: turnedAway[why] }));
    return html`
      <div class="lead">
        <p><span class="units figures" data-test="turned-away">${count(turnedAway.units)}</span>
          ${this.t.brand.unitsInVain(turnedAway.units)}</p>
        <p class="soft figures" data-test="worth">${this.#worth(turnedAway.units)}</p>
      </div>
      ${shareList(parts)}
      <p class="small soft note">${this.t.brand.demandNote}</p>
    `;
  }

  #worth(units: number): string | typeof nothing {
    const range = units === 0 ? null : inMoney(units, this.drops);
    const money = (amount_minor: number) => price({ ...this.numbers.revenue, amount_minor });
    if (range === null) {
      return nothing;
    }
    return range.from === range.to
      ? this.t.brand.worth(money(range.from))
      : this.t.brand.worthBetween(money(range.from), money(range.to));
  }
}
