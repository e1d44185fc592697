import type { Show, State, Status } from "@dropcast/client";
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import "../shared/components/connection_bar";
import { PageElement } from "../shared/element";
import { inLanguage } from "../shared/language";
import { LiveController } from "../shared/live";
import { base, buttons, cards } from "../shared/styles";
import "./bad_news";
import "./bar";
import { Purchases } from "./buying";
import "./drops";
import "./mine";
import type { ViewerSheets } from "./sheets";
import "./sheets";
import { layout } from "./show_styles";
import "./stage";

/** A connection, and what is bought over it. */
interface Visit {
  readonly live: LiveController;
  readonly purchases: Purchases;
}

/**
 * A show as a viewer sees it: the show above, what it sells below, and what is held always at hand. The page and the
 * element for shops are around it. Tells `heading-changed`, `phase-changed`, `answered` and `signin-needed`.
 */
@customElement("viewer-show")
export class ViewerShow extends PageElement {
  /** The server's origin; empty: the page's own. */
  @property({ attribute: false }) server = "";
  /** Which show; empty until that is known. */
  @property({ attribute: false }) show = "";
  @property({ attribute: false }) token: string | null = null;
  /** Gives a newer token of the same viewer; `null` where there is none. */
  @property({ attribute: false }) renewToken: () => Promise<string | null> = async () => null;
  /** Whether whoever is around this can let a viewer sign in. */
  @property({ attribute: false }) canSignIn = false;
  @query("viewer-sheets") private readonly sheets!: ViewerSheets | null;

  #visit: Visit | null = null;
  /** Takes the visit's place once it knows the show. */
  #next: Visit | null = null;
  #heading = "";
  #phase: Show["phase"] | undefined;

  static override readonly styles = [base, buttons, cards, layout];

  override connectedCallback(): void {
    super.connectedCallback();
    if (this.hasUpdated) {
      this.#connect();
    }
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#leave();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("server") || changed.has("show")) {
      this.#leave();
    }
    if (changed.has("server") || changed.has("show") || changed.has("token")) {
      this.#connect();
    }
    this.#settle();
  }

  override updated(): void {
    const show = this.#visit?.live.client.state.show;
    const title = inLanguage(show?.title ?? {});
    const heading = this.#visit?.purchases.offers.length ? `${this.t.yourTurn} · ${title}` : title;
    if (heading !== this.#heading) {
      this.#heading = heading;
      this.tell("heading-changed", heading);
    }
    if (show && show.phase !== this.#phase) {
      this.#phase = show.phase;
      this.tell("phase-changed", show.phase);
    }
  }

  override render(): TemplateResult {
    const client = this.#visit?.live.client;
    const show = client?.state.show;
    return html`
      ${client ? html`<dc-connection-bar .status=${client.status}></dc-connection-bar>` : nothing}
      ${this.#visit && show ? this.#show(this.#visit, show) : this.#waiting(client?.status)}
    `;
  }

  #connect(): void {
    this.#next?.live.end();
    this.#next = null;
    if (this.show === "") {
      return;
    }
    const live = new LiveController(this, {
      ...(this.server === "" ? {} : { server: this.server }),
      show: this.show,
      token: this.token,
      renewToken: () => this.renewToken(),
    });
    live.client.on("status", (status) => this.#onStatus(status));
    live.onAnswered((command, outcome) => this.tell("answered", { command, outcome }));
    this.#next = { live, purchases: new Purchases(live, this.canSignIn) };
    this.requestUpdate();
  }

  /** Nothing vanishes between an old connection and a new one, and nothing vanishes for a new one that is turned away. */
  #settle(): void {
    const isShown = this.#visit?.live.client.state.show != null;
    const next = this.#next?.live.client;
    if (next && (!isShown || next.state.show)) {
      this.#visit?.live.end();
      this.#visit = this.#next;
      this.#next = null;
    } else if (next?.status.phase === "closed") {
      this.#next = null;
    }
  }

  #onStatus(status: Status): void {
    if (status.phase === "closed" && status.reason === "token") {
      const reason = this.#visit?.live.client.state.show ? "expired" : "watch";
      this.tell("signin-needed", { reason, drop: null, sku: null });
    }
  }

  #leave(): void {
    this.#visit?.live.end();
    this.#next?.live.end();
    this.#visit = null;
    this.#next = null;
  }

  #waiting(status?: Status): TemplateResult {
    if (status?.phase !== "closed") {
      return html`<div class="layout" aria-busy="true" aria-label=${this.t.loading}>
        <div class="skeleton stage"></div>
        <main class="stack"><div class="skeleton"></div><div class="skeleton"></div></main>
      </div>`;
    }
    return html`<main class="blank">
      ${status.reason === "token" ? html`<h1>${this.t.signInToWatch}</h1> ${this.#signIn()}` : nothing}
      <slot name="blank"></slot>
    </main>`;
  }

  #signIn(): TemplateResult | typeof nothing {
    return this.canSignIn
      ? html`<button class="primary" data-test="sign-in" @click=${() => this.tell("signin-needed", { reason: "watch", drop: null, sku: null })}>
          ${this.t.signIn}
        </button>`
      : nothing;
  }

  #show({ live: { client }, purchases }: Visit, show: Show): TemplateResult {
    const known = client.state;
    return html`<div class="layout">
        <viewer-stage class="stage" role="banner" .show=${show} .viewers=${known.viewers}>
          <slot name="corner"></slot>
        </viewer-stage>
        <main
          @buy=${(event: CustomEvent) => purchases.buy(event.detail.drop, event.detail.sku)}
          @join-line=${(event: CustomEvent) => purchases.join(event.detail.drop, event.detail.sku)}
          @leave-line=${(event: CustomEvent<number>) => purchases.leave(event.detail)}
          @together=${(event: CustomEvent<string>) => this.sheets?.openTogether(event.detail)}
          @checkout=${this.#onCheckout}
          @show-details=${this.#onDetails}
          @end-seen=${this.#onEndSeen}
        >
          <viewer-bad-news
            .known=${known} .promises=${purchases.brokenPromises} .revoked=${purchases.revoked}
            .unserved=${purchases.unserved}
            @broken-promise-seen=${(event: CustomEvent<string>) => this.#note(() => purchases.brokenPromiseSeen(event.detail))}
            @unserved-seen=${(event: CustomEvent<number>) => this.#note(() => purchases.unservedSeen(event.detail))}
          ></viewer-bad-news>
          <aside class="card">
            <h2>${this.t.mine}</h2>
            <viewer-mine
              .known=${known} .clock=${client.clock} .lost=${purchases.lost} .busy=${purchases.busy}
            ></viewer-mine>
          </aside>
          <viewer-drops
            .known=${known} .clock=${client.clock} .buyingIn=${(drop: string) => purchases.in(drop)}
          ></viewer-drops>
        </main>
      </div>
      ${this.#bar(known, purchases)}
      <viewer-sheets
        .known=${known} .clock=${client.clock} .purchases=${purchases}
        @checkout=${this.#onCheckout} @end-seen=${this.#onEndSeen}
      ></viewer-sheets>`;
  }

  #bar(known: State, purchases: Purchases): TemplateResult | typeof nothing {
    const isEmpty = !purchases.mostUrgent && !purchases.nearest && !purchases.lost.length;
    return isEmpty && known.orders.length === 0
      ? nothing
      : html`<viewer-bar
          .clock=${this.#visit?.live.client.clock} .urgent=${purchases.mostUrgent} .waiter=${purchases.nearest}
          @checkout=${this.#onCheckout} @mine=${() => this.sheets?.openMine()}
        ></viewer-bar>`;
  }

  readonly #onCheckout = (event: CustomEvent<number>) => this.sheets?.openCheckout(event.detail);

  readonly #onDetails = (event: CustomEvent<{ sku: string | undefined; drop: string }>) => {
    const { sku, drop } = event.detail;
    if (sku) {
      this.sheets?.openDetails(sku, drop);
    }
  };

  readonly #onEndSeen = (event: CustomEvent<number>) => this.#note(() => this.#visit?.purchases.endSeen(event.detail));

  /** The viewer took note of something. */
  #note(take: () => void): void {
    take();
    this.requestUpdate();
  }
}
