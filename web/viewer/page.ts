import type { Drop, Show, State, Status } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import "../shared/components/connection_bar";
import { countdown } from "../shared/components/countdown";
import "../shared/components/sheet";
import { PageElement } from "../shared/element";
import { price } from "../shared/format";
import { inLanguage } from "../shared/language";
import { LiveController } from "../shared/live";
import { openSession } from "../shared/session";
import { base, buttons, cards } from "../shared/styles";
import "./broken_promises";
import { Purchases } from "./buying";
import "./checkout";
import "./details";
import "./drop_card";
import "./drop_row";
import "./mine";
import "./stage";

type Sheet =
  | { readonly kind: "checkout"; readonly reservation: number }
  | { readonly kind: "details"; readonly sku: string };

/** The viewer's page: the show above, what it sells below, and what is held always at hand. */
@customElement("viewer-page")
export class ViewerPage extends PageElement {
  @state() private live: LiveController | null = null;
  @state() private hasNoShow = false;
  @state() private hasFailed = false;
  @state() private sheet: Sheet | null = null;
  @state() private isMineOpen = false;

  #purchases: Purchases | null = null;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      :host { min-height: 100dvh; }
      viewer-stage { position: sticky; top: 0; z-index: 2; aspect-ratio: 16 / 10; max-height: 46dvh; width: 100%; }
      main { padding: var(--space-4) var(--space-4) 7rem; max-width: 44rem; margin: 0 auto; }
      section + section { margin-top: var(--space-5); }
      h2, h3 { font-size: var(--text-l); margin-bottom: var(--space-3); }
      .bar {
        position: fixed; z-index: 3; inset: auto 0 0; background: var(--surface); border-top: 1px solid var(--line);
        padding: var(--space-3) var(--space-4) calc(var(--space-3) + env(safe-area-inset-bottom));
        box-shadow: var(--shadow);
      }
      .bar .primary, .bar .strong { flex: 1; }
      aside { display: none; }
      .empty { text-align: center; padding: var(--space-6) var(--space-4); }
      .blank {
        min-height: 80dvh; display: grid; place-content: center; text-align: center; gap: var(--space-3);
        padding: var(--space-4);
      }
      .skeleton {
        background: var(--sunken); border-radius: var(--radius-l); height: 14rem;
        animation: breathe 1.4s infinite alternate;
      }
      .skeleton.top { border-radius: 0; height: auto; aspect-ratio: 16 / 10; max-height: 46dvh; width: 100%; }
      @keyframes breathe { to { opacity: 0.55; } }
      @media (min-width: 64rem) {
        .layout {
          display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(26rem, 0.85fr); gap: var(--space-5);
          padding: var(--space-5); max-width: 96rem; margin: 0 auto; align-items: start;
        }
        viewer-stage, .skeleton.top {
          position: sticky; top: var(--space-5); border-radius: var(--radius-l); aspect-ratio: auto;
          max-height: none; height: calc(100dvh - 2 * var(--space-5));
        }
        main { padding: 0; margin: 0; max-width: none; }
        aside { display: block; margin-bottom: var(--space-5); }
        .bar { display: none; }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#open();
  }

  override render(): TemplateResult {
    if (this.hasNoShow || this.hasFailed) {
      return this.#blank();
    }
    const client = this.live?.client;
    const show = client?.state.show;
    return html`
      ${client ? html`<dc-connection-bar .status=${client.status}></dc-connection-bar>` : nothing}
      ${client && show ? this.#show(client.state, show) : this.#waiting(client?.status)}
    `;
  }

  async #open(): Promise<void> {
    try {
      const { show, token } = await openSession("viewer");
      this.hasNoShow = show === null;
      if (show !== null) {
        this.live = new LiveController(this, "viewer", show, token);
        this.#purchases = new Purchases(this.live);
      }
    } catch {
      this.hasFailed = true;
    }
  }

  #blank(): TemplateResult {
    return html`<main class="blank">
      <h1>${this.hasFailed ? this.t.showsFailed : this.t.noLiveShow}</h1>
      ${
        this.hasFailed
          ? html`<button class="strong" @click=${() => location.reload()}>${this.t.tryAgain}</button>`
          : html`<p class="soft">${this.t.noLiveShowLead}</p>`
      }
      <a href="/">${this.t.allShows}</a>
    </main>`;
  }

  #waiting(status?: Status): TemplateResult {
    if (status?.phase !== "closed") {
      return html`<div class="layout" aria-busy="true" aria-label=${this.t.loading}>
        <div class="skeleton top"></div>
        <main class="stack"><div class="skeleton"></div><div class="skeleton"></div></main>
      </div>`;
    }
    return html`<main class="blank">
      ${status.reason === "token" ? html`<h1>${this.t.signInToWatch}</h1>` : nothing}
      <a href="/">${this.t.allShows}</a>
    </main>`;
  }

  #show(known: State, show: Show): TemplateResult {
    document.title = inLanguage(show.title);
    return html`<div class="layout">
        <viewer-stage role="banner" .show=${show} .viewers=${known.viewers}></viewer-stage>
        <main
          @buy=${(event: CustomEvent) => this.#purchases?.buy(event.detail.drop, event.detail.sku)}
          @checkout=${this.#onCheckout}
          @show-details=${this.#onDetails}
          @lost-seen=${this.#onLostSeen}
        >
          <viewer-broken-promises
            .known=${known} .promises=${this.#purchases?.brokenPromises ?? []}
            @broken-promise-seen=${this.#onBrokenPromiseSeen}
          ></viewer-broken-promises>
          <aside class="card"><h2>${this.t.mine}</h2>${this.#mine(known)}</aside>
          ${this.#drops(known)}
        </main>
      </div>
      ${this.#bar()} ${this.#mineSheet(known)} ${this.#sheet(known)}`;
  }

  #drops(known: State): TemplateResult {
    const of = (...phases: Drop["phase"][]) => known.drops.filter((drop) => phases.includes(drop.phase));
    const now = of("open", "paused");
    const isOver = known.show?.phase === "ended";
    return html`
      ${isOver ? html`<p><a class="button strong large" href="/viewer/">${this.t.liveNow}</a></p>` : nothing}
      <section>
        <h2 class="unseen">${this.t.dropsNow}</h2>
        ${
          now.length === 0 && !isOver
            ? html`<div class="card empty">
                <h3>${this.t.nothingOpen}</h3>
                <p class="soft">${this.t.nothingOpenLead}</p>
              </div>`
            : nothing
        }
        <div class="stack">
          ${repeat(
            now,
            (drop) => drop.drop,
            (drop) => html`<viewer-drop-card
              .drop=${drop} .known=${known} .clock=${this.live?.client.clock} .buying=${this.#purchases?.in(drop.drop)}
            ></viewer-drop-card>`,
          )}
        </div>
      </section>
      ${this.#rows(this.t.dropsNext, known, isOver ? [] : of("planned"))}
      ${this.#rows(this.t.dropsOver, known, of("closed"))}
    `;
  }

  #rows(heading: string, known: State, drops: Drop[]): TemplateResult | typeof nothing {
    return drops.length === 0
      ? nothing
      : html`<section>
          <h2>${heading}</h2>
          <div class="stack">
            ${repeat(
              drops,
              (drop) => drop.drop,
              (drop) => html`<viewer-drop-row .drop=${drop} .known=${known}></viewer-drop-row>`,
            )}
          </div>
        </section>`;
  }

  #mine(known: State): TemplateResult {
    return html`<viewer-mine
      .known=${known} .clock=${this.live?.client.clock} .lost=${this.#purchases?.lost ?? []}
      .busy=${this.#purchases?.busy ?? new Set()}
    ></viewer-mine>`;
  }

  #bar(): TemplateResult | typeof nothing {
    const urgent = this.#purchases?.mostUrgent;
    const known = this.live?.client.state;
    const isEmpty = !urgent && known?.orders.length === 0 && this.#purchases?.lost.length === 0;
    return isEmpty
      ? nothing
      : html`<section class="bar row" aria-label=${this.t.mine}>
          <button class="outline" data-test="mine" @click=${() => {
            this.isMineOpen = true;
          }}>${this.t.mine}</button>
          ${
            urgent
              ? html`<button class="strong" @click=${() => {
                  this.sheet = { kind: "checkout", reservation: urgent.reservation };
                }}>
                  ${this.t.pay(price(urgent.total))}
                  ${countdown(this.live?.client.clock, urgent.expires_at, this.t.timeLeft)}
                </button>`
              : nothing
          }
        </section>`;
  }

  #mineSheet(known: State): TemplateResult | typeof nothing {
    return this.isMineOpen
      ? html`<dc-sheet .heading=${this.t.mine} @checkout=${this.#onCheckout} @lost-seen=${this.#onLostSeen}
          @sheet-closed=${() => {
            this.isMineOpen = false;
          }}>${this.#mine(known)}</dc-sheet>`
      : nothing;
  }

  #sheet(known: State): TemplateResult | typeof nothing {
    const close = () => {
      this.sheet = null;
    };
    if (this.sheet?.kind === "details") {
      return html`<viewer-details .known=${known} .sku=${this.sheet.sku} @sheet-closed=${close}></viewer-details>`;
    }
    const wanted = this.sheet?.reservation;
    const reservation = known.reservations.find((one) => one.reservation === wanted);
    return reservation
      ? html`<viewer-checkout
          .known=${known} .clock=${this.live?.client.clock} .reservation=${reservation}
          .paying=${this.#purchases?.isPaying(reservation.reservation)}
          .releasing=${this.#purchases?.isReleasing(reservation.reservation)}
          .answer=${this.#purchases?.paymentAnswer(reservation.reservation)}
          @confirm=${() => this.#purchases?.confirm(reservation.reservation)}
          @release=${() => this.#purchases?.release(reservation.reservation)}
          @sheet-closed=${close}
        ></viewer-checkout>`
      : nothing;
  }

  readonly #onCheckout = (event: CustomEvent<number>) => {
    this.isMineOpen = false;
    this.sheet = { kind: "checkout", reservation: event.detail };
  };

  readonly #onDetails = (event: CustomEvent<{ sku: string | undefined }>) => {
    if (event.detail.sku) {
      this.sheet = { kind: "details", sku: event.detail.sku };
    }
  };

  readonly #onBrokenPromiseSeen = (event: CustomEvent<string>) => {
    this.#purchases?.brokenPromiseSeen(event.detail);
    this.requestUpdate();
  };

  readonly #onLostSeen = (event: CustomEvent<number>) => {
    this.#purchases?.lostSeen(event.detail);
    this.requestUpdate();
  };
}
