import type { Drop, ServerClock, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { dropBadge } from "../shared/badges";
import { article } from "../shared/catalogue";
import "../shared/components/picture";
import { PageElement } from "../shared/element";
import { count, hour } from "../shared/format";
import { icons } from "../shared/icons";
import { inLanguage, nameInLanguage } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";
import { isRunning } from "./press";
import { priceOf } from "./prices";
import type { SheetOpen } from "./sheet_open";
import { soldIn } from "./sold";

/** Every drop in its order, with what it costs, has left and sold; one that waits can be opened or scheduled. */
@customElement("host-run-of-show")
export class HostRunOfShow extends PageElement {
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
  @property({ attribute: false }) next: string | undefined;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      li {
        display: flex; align-items: center; gap: var(--space-3); padding: var(--space-2) var(--space-4);
        min-height: 3.75rem;
      }
      li + li { border-top: 1px solid var(--line); }
      .on { background: color-mix(in srgb, var(--accent) 9%, transparent); }
      .next { background: var(--sunken); }
      .place { width: 1.25rem; color: var(--ink-soft); text-align: end; flex: none; }
      dc-picture { width: 2.5rem; flex: none; border-radius: var(--radius-s); }
      /* How a drop stands goes below its name where there is no room for both beside each other. */
      .about { flex: 1; min-width: 0; display: flex; flex-wrap: wrap; align-items: center; gap: var(--space-1) var(--space-3); }
      .name { flex: 1 1 auto; min-width: 0; max-width: 100%; }
      .title { font-weight: 650; overflow-wrap: anywhere; line-height: 1.3; }
      .timed { color: var(--warn); font-weight: 650; }
      .over dc-picture { opacity: 0.6; }
      .over .title { color: var(--ink-soft); font-weight: 500; }
      @media (max-width: 30rem) { .next .badge { display: none; } }
      button { width: 2.75rem; padding: 0; flex: none; margin-inline-end: calc(-1 * var(--space-3)); }
    `,
  ];

  override render(): TemplateResult {
    return html`<ol>
      ${repeat(
        this.known.drops,
        (drop) => drop.drop,
        (drop) => this.#row(drop),
      )}
    </ol>`;
  }

  #row(drop: Drop): TemplateResult {
    const isNext = drop.drop === this.next;
    const look = isRunning(drop) ? "on" : drop.phase === "closed" ? "over" : isNext ? "next" : "";
    const item = drop.items[0];
    return html`<li class=${look} aria-current=${isNext ? "step" : nothing} data-test="row-${drop.drop}">
      <span class="place figures">${drop.place + 1}</span>
      <dc-picture .address=${(item && article(this.known, item.sku)?.product.picture) ?? ""}></dc-picture>
      <div class="about">
        <div class="name">
          <p class="title">${inLanguage(drop.title)}</p>
          <p class="soft small figures">${this.#opening(drop)}${this.#line(drop)}</p>
        </div>
        ${drop.phase === "planned" ? nothing : dropBadge(drop, this.t)}
      </div>
      ${drop.phase === "planned" ? this.#planned(drop, isNext) : nothing}
    </li>`;
  }

  #opening({ phase, opens_at }: Drop): TemplateResult | typeof nothing {
    return phase === "planned" && opens_at !== null
      ? html`<span class="timed">${this.t.opensAt(hour(opens_at))}</span> · `
      : nothing;
  }

  #line(drop: Drop): string {
    const units = count(drop.items.reduce((sum, item) => sum + item.available, 0));
    const left = drop.phase === "closed" ? [] : [this.t.left(units)];
    return [priceOf(drop, this.t), ...left, ...this.#sold(drop)].join(" · ");
  }

  /** What cannot be told from another drop's is said to be of the show. */
  #sold(drop: Drop): string[] {
    if (drop.opened_at === null) {
      return [];
    }
    const { units, isItsOwn } = soldIn(drop, this.known);
    return [isItsOwn ? this.t.desk.sold(count(units)) : this.t.desk.soldInShow(count(units))];
  }

  #planned(drop: Drop, isNext: boolean): TemplateResult {
    return html`
      ${isNext ? html`<span class="badge">${this.t.nextUp}</span>` : nothing}
      ${this.known.show?.phase === "ended" ? nothing : this.#plan(drop)}
    `;
  }

  #plan(drop: Drop): TemplateResult {
    return html`<button class="plain" data-test="plan" aria-label="${this.t.desk.planTitle}: ${nameInLanguage(drop.title)}"
        @click=${() => this.tell<SheetOpen>("sheet", { kind: "plan", drop: drop.drop })}>${icons.chevron}</button>`;
  }
}
