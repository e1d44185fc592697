import type { ShowCard } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { showBadge } from "../shared/badges";
import "../shared/components/language_switch";
import "../shared/components/picture";
import { PageElement } from "../shared/element";
import { moment } from "../shared/format";
import { listShows } from "../shared/http";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";

/** The list of shows, and the way to each of their pages. */
@customElement("landing-page")
export class LandingPage extends PageElement {
  @state() private shows: readonly ShowCard[] | null = null;
  @state() private hasFailed = false;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      main { max-width: 72rem; margin: 0 auto; padding: var(--space-4) var(--space-4) var(--space-7); }
      header { margin-bottom: var(--space-6); }
      .name { font-weight: 750; font-size: var(--text-l); letter-spacing: -0.02em; }
      h1 { font-size: clamp(var(--text-xl), 5vw, 2.75rem); margin-top: var(--space-6); }
      .lead { font-size: var(--text-l); color: var(--ink-soft); max-width: 34rem; margin-top: var(--space-2); }
      .shows {
        display: grid; gap: var(--space-4); grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr));
      }
      li.card { padding: 0; overflow: hidden; box-shadow: var(--shadow); }
      dc-picture { border-radius: 0; aspect-ratio: 16 / 10; }
      .about { padding: var(--space-4); }
      h2 { font-size: var(--text-l); }
      .ways { display: grid; grid-template-columns: 1fr 1fr; gap: var(--space-2); }
      .ways .primary { grid-column: 1 / -1; }
      .ways .button { padding: 0 var(--space-2); }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override render(): TemplateResult {
    document.title = this.t.landingTitle;
    return html`<main>
      <header>
        <div class="row spread"><span class="name">Dropcast</span><dc-language-switch></dc-language-switch></div>
        <h1>${this.t.landingTitle}</h1>
        <p class="lead">${this.t.landingLead}</p>
      </header>
      ${this.hasFailed ? this.#failed() : nothing}
      ${this.shows?.length === 0 ? html`<p class="note">${this.t.noShows}</p>` : nothing}
      <ul class="shows" aria-busy=${this.shows === null && !this.hasFailed}>
        ${this.shows?.map((show) => this.#card(show))}
      </ul>
    </main>`;
  }

  async #load(): Promise<void> {
    try {
      this.hasFailed = false;
      this.shows = await listShows();
    } catch {
      this.hasFailed = true;
    }
  }

  #failed(): TemplateResult {
    return html`<div class="note bad row spread" role="alert">
      ${this.t.showsFailed}<button class="outline" @click=${() => this.#load()}>${this.t.tryAgain}</button>
    </div>`;
  }

  #card(show: ShowCard): TemplateResult {
    const startsAt = show.phase === "draft" ? show.starts_at : null;
    const query = `?show=${encodeURIComponent(show.show)}`;
    return html`<li class="card">
      <dc-picture .address=${show.picture}></dc-picture>
      <div class="about stack">
        <div class="row spread">
          ${showBadge(show.phase, this.t)}
          <span class="small soft">${startsAt === null ? nothing : this.t.startsAt(moment(startsAt))}</span>
        </div>
        <div><h2>${inLanguage(show.title)}</h2><p class="soft">${show.host_name}</p></div>
        <div class="ways">
          <a class="button primary" href="/viewer/${query}">${icons.play} ${this.t.watch}</a>
          <a class="button outline" href="/host/${query}">${icons.bolt} ${this.t.hostPage}</a>
          <a class="button outline" href="/brand/${query}">${icons.chart} ${this.t.brandPage}</a>
        </div>
      </div>
    </li>`;
  }
}
