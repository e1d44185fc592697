import type { Reservation, Show, State, Status, WantedLine } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../shared/components/connection_bar";
import "../shared/components/sheet";
import { PageElement } from "../shared/element";
import { inLanguage } from "../shared/language";
import { LiveController } from "../shared/live";
import { openSession } from "../shared/session";
import { base, buttons, cards } from "../shared/styles";
import "./bad_news";
import "./bar";
import { Purchases } from "./buying";
import "./checkout";
import "./details";
import "./drops";
import "./mine";
import "./stage";
import "./together";

type Sheet =
  | { readonly kind: "checkout"; readonly reservation: number }
  | { readonly kind: "details"; readonly sku: string; readonly drop: string }
  | { readonly kind: "together"; readonly drop: string };

/** The viewer's page: the show above, what it sells below, and what is held always at hand. */
@customElement("viewer-page")
export class ViewerPage extends PageElement {
  @state() private live: LiveController | null = null;
  @state() private hasNoShow = false;
  @state() private hasFailed = false;
  @state() private sheet: Sheet | null = null;
  @state() private isMineOpen = false;
  /** The offer that is shown above everything else until the viewer has answered it, or closes it. */
  @state() private offer: number | null = null;

  #purchases: Purchases | null = null;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      :host { min-height: 100dvh; }
      viewer-stage { position: sticky; top: 0; z-index: 2; aspect-ratio: 16 / 10; max-height: 46dvh; width: 100%; }
      main { padding: var(--space-4) var(--space-4) 7rem; max-width: 44rem; margin: 0 auto; }
      h2 { font-size: var(--text-l); margin-bottom: var(--space-3); }
      viewer-bar { position: fixed; z-index: 3; inset: auto 0 0; }
      aside { display: none; }
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
        viewer-bar { display: none; }
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#open();
  }

  override willUpdate(): void {
    if (this.offer !== null && this.#isDeclined(this.offer)) {
      this.#purchases?.offerSeen(this.offer);
      this.offer = null;
    }
    this.offer ??= this.#purchases?.unseenOffer?.reservation ?? null;
    const title = inLanguage(this.live?.client.state.show?.title ?? {}) || "Dropcast";
    document.title = this.#purchases?.offers.length ? `${this.t.yourTurn} · ${title}` : title;
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

  #isDeclined(offer: number): boolean {
    const of = this.live?.client.state.reservations.find((one) => one.reservation === offer);
    return of === undefined || of.state === "released";
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
    return html`<div class="layout">
        <viewer-stage role="banner" .show=${show} .viewers=${known.viewers}></viewer-stage>
        <main
          @buy=${(event: CustomEvent) => this.#purchases?.buy(event.detail.drop, event.detail.sku)}
          @join-line=${(event: CustomEvent) => this.#purchases?.join(event.detail.drop, event.detail.sku)}
          @leave-line=${(event: CustomEvent<number>) => this.#purchases?.leave(event.detail)}
          @together=${this.#onTogether}
          @checkout=${this.#onCheckout}
          @show-details=${this.#onDetails}
          @end-seen=${this.#onEndSeen}
        >
          <viewer-bad-news
            .known=${known} .promises=${this.#purchases?.brokenPromises ?? []}
            .revoked=${this.#purchases?.revoked ?? []} .unserved=${this.#purchases?.unserved ?? []}
            @broken-promise-seen=${this.#onBrokenPromiseSeen} @unserved-seen=${this.#onUnservedSeen}
          ></viewer-bad-news>
          <aside class="card"><h2>${this.t.mine}</h2>${this.#mine(known)}</aside>
          <viewer-drops
            .known=${known} .clock=${this.live?.client.clock} .buyingIn=${(drop: string) => this.#purchases?.in(drop)}
          ></viewer-drops>
        </main>
      </div>
      ${this.#bar(known)} ${this.#mineSheet(known)} ${this.#sheet(known)} ${this.#offerSheet(known)}`;
  }

  #mine(known: State): TemplateResult {
    return html`<viewer-mine
      .known=${known} .clock=${this.live?.client.clock} .lost=${this.#purchases?.lost ?? []}
      .busy=${this.#purchases?.busy ?? new Set()}
    ></viewer-mine>`;
  }

  #bar(known: State): TemplateResult | typeof nothing {
    const purchases = this.#purchases;
    const isEmpty = !purchases?.mostUrgent && !purchases?.nearest && !purchases?.lost.length;
    return isEmpty && known.orders.length === 0
      ? nothing
      : html`<viewer-bar
          .clock=${this.live?.client.clock} .urgent=${purchases?.mostUrgent} .waiter=${purchases?.nearest}
          @checkout=${this.#onCheckout}
          @mine=${() => {
            this.isMineOpen = true;
          }}
        ></viewer-bar>`;
  }

  #mineSheet(known: State): TemplateResult | typeof nothing {
    return this.isMineOpen
      ? html`<dc-sheet .heading=${this.t.mine} @checkout=${this.#onCheckout} @end-seen=${this.#onEndSeen}
          @sheet-closed=${() => {
            this.isMineOpen = false;
          }}>${this.#mine(known)}</dc-sheet>`
      : nothing;
  }

  #sheet(known: State): TemplateResult | typeof nothing {
    const close = () => {
      this.sheet = null;
    };
    switch (this.sheet?.kind) {
      case "details":
        return html`<viewer-details
          .known=${known} .sku=${this.sheet.sku} .drop=${this.sheet.drop} @sheet-closed=${close}
        ></viewer-details>`;
      case "together":
        return this.#togetherSheet(known, this.sheet.drop, close);
      case "checkout":
        return this.#checkout(known, this.sheet.reservation, close);
      default:
        return nothing;
    }
  }

  #togetherSheet(known: State, name: string, close: () => void): TemplateResult | typeof nothing {
    const drop = known.drops.find((one) => one.drop === name && one.phase === "open");
    return drop
      ? html`<viewer-together
          .drop=${drop} .known=${known} .answer=${this.#purchases?.togetherAnswer(name)}
          .asked=${this.#purchases?.isBuyingTogether(name) ?? false}
          @hold-together=${this.#onHoldTogether} @sheet-closed=${close}
        ></viewer-together>`
      : nothing;
  }

  /** An offer must not be missed: it opens by itself, above what is open. */
  #offerSheet(known: State): TemplateResult | typeof nothing {
    const { offer } = this;
    return offer === null
      ? nothing
      : this.#checkout(known, offer, () => {
          this.#purchases?.offerSeen(offer);
          this.offer = null;
        });
  }

  #checkout(known: State, wanted: number, close: () => void): TemplateResult | typeof nothing {
    const reservation = known.reservations.find((one) => one.reservation === wanted);
    return reservation
      ? html`<viewer-checkout
          .known=${known} .clock=${this.live?.client.clock} .reservation=${reservation}
          .paying=${this.#isUnderWay("confirm", reservation)} .releasing=${this.#isUnderWay("release", reservation)}
          .extending=${this.#isUnderWay("extend_hold", reservation)}
          .answer=${this.#purchases?.paymentAnswer(reservation.reservation)}
          @confirm=${() => this.#purchases?.confirm(reservation.reservation)}
          @release=${() => this.#purchases?.release(reservation.reservation)}
          @extend=${() => this.#purchases?.extend(reservation.reservation)}
          @sheet-closed=${close}
        ></viewer-checkout>`
      : nothing;
  }

  #isUnderWay(kind: "confirm" | "release" | "extend_hold", { reservation }: Reservation): boolean {
    return this.#purchases?.isUnderWay(kind, reservation) ?? false;
  }

  readonly #onCheckout = (event: CustomEvent<number>) => {
    this.isMineOpen = false;
    this.#openCheckout(event.detail);
  };

  /** Whoever opens an offer by hand has seen it. */
  #openCheckout(reservation: number): void {
    this.#purchases?.offerSeen(reservation);
    this.offer = this.offer === reservation ? null : this.offer;
    this.sheet = { kind: "checkout", reservation };
  }

  readonly #onDetails = (event: CustomEvent<{ sku: string | undefined; drop: string }>) => {
    const { sku, drop } = event.detail;
    if (sku) {
      this.sheet = { kind: "details", sku, drop };
    }
  };

  readonly #onTogether = (event: CustomEvent<string>) => {
    this.sheet = { kind: "together", drop: event.detail };
  };

  /** What is held is paid for next. */
  readonly #onHoldTogether = async (event: CustomEvent<{ drop: string; lines: readonly WantedLine[] }>) => {
    const outcome = await this.#purchases?.buyTogether(event.detail.drop, event.detail.lines);
    if (outcome?.kind === "held" && this.sheet?.kind === "together") {
      this.sheet = { kind: "checkout", reservation: outcome.value.reservation };
    }
  };

  readonly #onBrokenPromiseSeen = (event: CustomEvent<string>) => {
    this.#purchases?.brokenPromiseSeen(event.detail);
    this.requestUpdate();
  };

  readonly #onUnservedSeen = (event: CustomEvent<number>) => {
    this.#purchases?.unservedSeen(event.detail);
    this.requestUpdate();
  };

  readonly #onEndSeen = (event: CustomEvent<number>) => {
    this.#purchases?.endSeen(event.detail);
    this.requestUpdate();
  };
}
