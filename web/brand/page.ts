import type { Numbers, Show, SkuNumbers, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { showBadge } from "../shared/badges";
import "../shared/components/language_switch";
import { connectionText } from "../shared/connection_text";
import { inLanguage } from "../shared/language";
import type { LiveController } from "../shared/live";
import { SignedInPage } from "../shared/signed_in_page";
import { base, buttons, cards } from "../shared/styles";
import "./chart";
import "./chart_table";
import "./demand_card";
import "./drops";
import "./exports";
import "./figures";
import { Freshness } from "./freshness";
import "./funnel";
import { Pace } from "./pace";
import { layout } from "./page_styles";
import "./report";
import { hasBegun, untilEnd } from "./series";
import { skeleton } from "./skeleton";
import "./sources";
import "./stock";
import { troubles } from "./troubles";

/** The brand's dashboard: what is sold, to how many, and how it moves. Of a show that has ended also its report. */
@customElement("brand-page")
export class BrandPage extends SignedInPage {
  protected override readonly pageRole = "brand";
  /** In the header, so that nothing moves when a connection is lost. */
  protected override readonly showsConnection = true;
  readonly #isReport = new URLSearchParams(location.search).has("report");
  readonly #pace = new Pace();
  #freshness: Freshness | null = null;
  readonly #minutesLeft = (sku: SkuNumbers) => this.#pace.minutesLeft(sku, performance.now());

  static override readonly styles = [base, buttons, cards, layout, css`.report-link { min-height: 2.5rem; }`];

  protected override connected(live: LiveController): void {
    this.#freshness = new Freshness(this, live.client);
    live.client.on("message", () => this.#pace.note(live.client.state.numbers?.skus ?? [], performance.now()));
  }

  protected override renderLoading(): TemplateResult {
    return skeleton(this.t);
  }

  protected override renderShow(known: State, show: Show): TemplateResult {
    if (this.#isReport) {
      return html`<brand-report .known=${known} .token=${this.token}></brand-report>`;
    }
    const staleS = this.#freshness?.staleS ?? null;
    return html`
      ${this.#header(known, show, staleS)}
      <main class=${staleS === null ? "" : "stale"}>
        ${known.numbers ? this.#dashboard(known, show, known.numbers) : nothing}
      </main>
    `;
  }

  #header(known: State, show: Show, staleS: number | null): TemplateResult {
    const { brand } = this.t;
    return html`<header class=${staleS === null ? "" : "lost"}>
      <div class="title">
        ${showBadge(show.phase, this.t)}
        <h1>${inLanguage(show.title)}</h1>
        <span class="age small figures" data-test="age">${this.#age(staleS)}</span>
        <span class="unseen" role="status">${staleS === null ? "" : brand.lost}</span>
      </div>
      <div class="row wrap">
        ${
          show.phase === "ended"
            ? html`<a class="button strong report-link small" data-test="report" href=${reportAddress(show)}>
              ${brand.report}
            </a>`
            : nothing
        }
        <brand-exports .known=${known} .token=${this.token}></brand-exports>
        <dc-language-switch></dc-language-switch>
      </div>
    </header>`;
  }

  /** How old the numbers are, or why there will be no newer ones. */
  #age(staleS: number | null): string {
    const status = this.live?.client.status;
    if (staleS === null) {
      return this.t.brand.fresh;
    }
    return status?.phase === "closed" ? connectionText(status, this.t) : this.t.brand.stale(staleS);
  }

  #dashboard(known: State, show: Show, numbers: Numbers): TemplateResult {
    const { brand } = this.t;
    return html`
      ${troubles(numbers, this.t)}
      <brand-figures class="whole" .numbers=${numbers}></brand-figures>
      <section class="card chart"><h2>${this.t.overTime}</h2>${this.#chart(known, show)}</section>
      <section class="card funnel"><h2>${brand.funnel}</h2><brand-funnel .numbers=${numbers}></brand-funnel></section>
      <section class="card stock">
        <brand-stock .known=${known} .minutesLeft=${this.#minutesLeft}></brand-stock>
      </section>
      <div class="beside">
        <section class="card demand">
          <h2>${brand.demand}</h2>
          <brand-demand .numbers=${numbers} .drops=${known.drops}></brand-demand>
        </section>
        <section class="card sources">
          <h2>${brand.sources}</h2>
          <brand-sources .numbers=${numbers}></brand-sources>
        </section>
      </div>
      <section class="card drops"><h2>${this.t.drops}</h2><brand-drops .drops=${known.drops}></brand-drops></section>
    `;
  }

  #chart({ sales: known, drops }: State, { currency, ended_at }: Show): TemplateResult {
    const sales = known && untilEnd(known, ended_at);
    return sales && hasBegun(sales)
      ? html`
        <brand-chart .sales=${sales} .drops=${drops} .currency=${currency}></brand-chart>
        <brand-chart-table .sales=${sales} .drops=${drops} .currency=${currency}></brand-chart-table>
      `
      : html`<p class="soft chart-room">${this.t.chartEmpty}</p>`;
  }
}

function reportAddress({ show }: Show): string {
  return `/brand/?${new URLSearchParams({ show, report: "" })}`;
}
