import type { Drop, Numbers, Show, SkuNumbers, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { styleMap } from "lit/directives/style-map.js";
import { dropBadge, showBadge } from "../shared/badges";
import { articleName } from "../shared/catalogue";
import "../shared/components/language_switch";
import { count, hour, price } from "../shared/format";
import { inLanguage } from "../shared/language";
import { SignedInPage } from "../shared/signed_in_page";
import { base, buttons, cards } from "../shared/styles";
import "./chart";
import { promisesBrokenText } from "./promises";

/** The brand's dashboard: what is sold, to how many, and how it moves. */
@customElement("brand-page")
export class BrandPage extends SignedInPage {
  protected override readonly pageRole = "brand";

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      header {
        padding: var(--space-3) var(--space-4); background: var(--surface); border-bottom: 1px solid var(--line);
      }
      header h1 { font-size: var(--text-l); flex: 1; min-width: 10rem; }
      main { display: grid; gap: var(--space-4); padding: var(--space-4); max-width: 96rem; margin: 0 auto; }
      .figure-row { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: var(--space-4); }
      .figure dd:not(.beside) {
        font-size: clamp(var(--text-xl), 3vw, var(--text-xxl)); font-weight: 700; letter-spacing: -0.025em;
        line-height: 1.2;
      }
      h2 { font-size: var(--text-l); margin-bottom: var(--space-3); }
      .blank { padding: var(--space-7) var(--space-4); text-align: center; }
      .sku { display: grid; gap: var(--space-1); }
      .sku-name { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .bar { display: flex; height: 0.625rem; border-radius: 999px; background: var(--sunken); overflow: hidden; }
      .bar span { transition: width 300ms; }
      .sold { background: var(--accent); }
      .held { background: var(--accent); opacity: 0.38; }
      .drops li {
        display: flex; gap: var(--space-3); align-items: center; padding: var(--space-2) 0; min-height: 3rem;
      }
      .drops li + li { border-top: 1px solid var(--line); }
      .drops .name { flex: 1; min-width: 0; overflow-wrap: anywhere; font-weight: 600; }
      @media (min-width: 64rem) {
        main {
          padding: var(--space-5); grid-template-columns: minmax(0, 1.6fr) minmax(22rem, 1fr); align-items: start;
        }
        .whole { grid-column: 1 / -1; }
      }
    `,
  ];

  protected override renderShow(known: State, show: Show): TemplateResult {
    return html`
      <header class="row wrap">
        ${showBadge(show.phase, this.t)}
        <h1>${inLanguage(show.title)}</h1>
        <dc-language-switch></dc-language-switch>
      </header>
      <main>
        ${known.numbers ? this.#promisesBroken(known.numbers) : nothing}
        ${known.numbers ? this.#figures(known.numbers) : nothing}
        <div class="stack">
          <section class="card"><h2>${this.t.overTime}</h2>${this.#chart(known, show)}</section>
          <section class="card"><h2>${this.t.drops}</h2>${this.#drops(known.drops)}</section>
        </div>
        <section class="card"><h2>${this.t.sellThrough}</h2>${this.#sellThrough(known)}</section>
      </main>
    `;
  }

  #promisesBroken(numbers: Numbers): TemplateResult | typeof nothing {
    const text = promisesBrokenText(numbers, this.t);
    return text === null
      ? nothing
      : html`<p class="note bad whole" role="status" data-test="promises-broken">${text}</p>`;
  }

  #figures(numbers: Numbers): TemplateResult {
    const figures = [
      {
        test: "revenue",
        label: this.t.revenue,
        value: price(numbers.revenue),
        note: this.t.paidCount(count(numbers.orders_paid)),
      },
      {
        test: "units",
        label: this.t.unitsSold,
        value: count(numbers.units_sold),
        note: this.t.heldNow(count(numbers.units_held)),
      },
      {
        test: "waiting",
        label: this.t.waitingNow,
        value: count(numbers.waiting),
        note: this.t.offeredNow(count(numbers.units_offered)),
      },
      {
        test: "sold-elsewhere",
        label: this.t.soldElsewhere,
        value: count(numbers.units_sold_elsewhere),
        note: this.t.short(numbers.units_short, count(numbers.units_short)),
      },
      {
        test: "orders",
        label: this.t.ordersCount,
        value: count(numbers.orders),
        note: this.t.turnedAway(count(numbers.refused)),
      },
      {
        test: "viewers",
        label: this.t.viewersNow,
        value: count(numbers.viewers),
        note: this.t.peak(count(numbers.viewers_peak)),
      },
    ];
    return html`<dl class="figure-row whole">
      ${figures.map(
        (figure) => html`<div class="card figure">
          <dt class="eyebrow">${figure.label}</dt>
          <dd class="figures" data-test=${figure.test}>${figure.value}</dd>
          <dd class="small soft figures beside">${figure.note}</dd>
        </div>`,
      )}
    </dl>`;
  }

  #chart(known: State, show: Show): TemplateResult {
    return known.sales && known.sales.buckets.length > 0
      ? html`<brand-chart .sales=${known.sales} .currency=${show.currency}></brand-chart>`
      : html`<p class="soft">${this.t.chartEmpty}</p>`;
  }

  #sellThrough(known: State): TemplateResult {
    const skus = (known.numbers?.skus ?? []).toSorted((a, b) => b.sold - a.sold);
    return html`<ul class="stack">
      ${repeat(
        skus,
        (one) => one.sku,
        (one) => this.#sku(known, one),
      )}
    </ul>`;
  }

  #sku(known: State, numbers: SkuNumbers): TemplateResult {
    const { sku, sold, held, offered, allotted, revenue } = numbers;
    const share = (units: number) => styleMap({ width: `${allotted === 0 ? 0 : (100 * units) / allotted}%` });
    return html`<li class="sku">
      <p class="row spread">
        <span class="sku-name">${articleName(known, sku)}</span>
        <span class="figures small">${price(revenue)}</span>
      </p>
      <div class="bar" aria-hidden="true">
        <span class="sold" style=${share(sold)}></span><span class="held" style=${share(held + offered)}></span>
      </div>
      <p class="small soft figures">
        ${[this.t.sellThroughOf(count(sold), count(allotted)), ...this.#besides(numbers)].join(", ")}
      </p>
    </li>`;
  }

  #besides({ held, offered, waiting, sold_elsewhere }: SkuNumbers): string[] {
    return [
      this.t.heldNow(count(held)),
      ...(offered > 0 ? [this.t.offeredNow(count(offered))] : []),
      ...(waiting > 0 ? [this.t.waiting(count(waiting))] : []),
      ...(sold_elsewhere > 0 ? [this.t.soldElsewhereCount(count(sold_elsewhere))] : []),
    ];
  }

  #drops(drops: readonly Drop[]): TemplateResult {
    return html`<ol class="drops">
      ${repeat(
        drops,
        (drop) => drop.drop,
        (drop) => html`<li>
          <span class="name">${inLanguage(drop.title)}</span>
          <span class="small soft figures">${drop.opened_at === null ? nothing : hour(drop.opened_at)}</span>
          ${dropBadge(drop, this.t)}
        </li>`,
      )}
    </ol>`;
  }
}
