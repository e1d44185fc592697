import type { PublicState, Show, State, Status } from "@dropcast/client";
import { html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import "../shared/components/connection_bar";
import { PageElement } from "../shared/element";
import { readShow } from "../shared/http";
import { inLanguage } from "../shared/language";
import { LiveController } from "../shared/live";
import { base, buttons, cards } from "../shared/styles";
import { isTurnedAway } from "../shared/turned_away";
import "./bad_news";
import "./bar";
import { Purchases } from "./buying";
import "./drops";
import "./mine";
import { PictureClock } from "./picture_time";
import type { ViewerSheets } from "./sheets";
import "./sheets";
import { layout } from "./show_styles";
import "./stage";

const skeletons = html`<div class="main stack" aria-busy="true">
  <div class="skeleton"></div><div class="skeleton"></div>
</div>`;

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
  /** The show as HTTP had it, until the socket tells more. */
  @state() private listed: Show | null = null;
  @query("viewer-sheets") private readonly sheets!: ViewerSheets | null;

  readonly #picture = new PictureClock();
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
    const isUnseen = client?.status.phase === "closed" && client.state.show === null;
    const show = client?.state.show ?? this.listed;
    return html`
      ${
        // Whoever has seen nothing yet is told below what it takes.
        client && !(isUnseen && isTurnedAway(client.status))
          ? html`<dc-connection-bar .status=${client.status}></dc-connection-bar>`
          : nothing
      }
      ${this.#visit && show && !isUnseen ? this.#show(this.#visit, show) : this.#waiting(client?.status)}
    `;
  }

  #connect(): void {
    this.#next?.live.end();
    this.#next = null;
    // Nobody would close what an element opens that is in no page.
    if (this.show === "" || !this.isConnected) {
      return;
    }
    const live = new LiveController(this, {
      ...(this.server === "" ? {} : { server: this.server }),
      show: this.show,
      token: this.token,
      renewToken: () => this.renewToken(),
      // What is pressed meanwhile is the visit's, until this one takes it over.
      ...(this.#visit ? { storage: null } : {}),
    });
    live.client.on("status", (status) => this.#onStatus(status));
    live.onAnswered((command, outcome) => this.tell("answered", { command, outcome }));
    this.#next = { live, purchases: new Purchases(live, this.canSignIn) };
    this.#list();
    this.requestUpdate();
  }

  /** Whoever has to wait for the socket sees the show's name and picture meanwhile. */
  #list(): void {
    const { show } = this;
    const take = (read: PublicState) => {
      this.listed = this.show === show ? read.show : this.listed;
    };
    // The socket says what is wrong, if anything is.
    readShow(show, this.token, this.server).then(take, () => {});
  }

  /** Nothing vanishes between an old connection and a new one, and nothing vanishes for a new one that is turned away. */
  #settle(): void {
    const [visit, next] = [this.#visit, this.#next];
    if (next && (!visit?.live.client.state.show || next.live.client.state.show)) {
      if (visit) {
        next.live.takeOver(visit.live);
      }
      this.#visit = next;
      this.#next = null;
    } else if (next?.live.client.status.phase === "closed") {
      next.live.end();
      this.#next = null;
    }
  }

  #onStatus(status: Status): void {
    if (isTurnedAway(status)) {
      const reason = this.#visit?.live.client.state.show ? "expired" : "watch";
      this.tell("signin-needed", { reason, drop: null, sku: null });
    }
  }

  #leave(): void {
    this.#visit?.live.end();
    this.#next?.live.end();
    this.#visit = null;
    this.#next = null;
    this.#phase = undefined;
    this.listed = null;
  }

  #waiting(status?: Status): TemplateResult {
    if (status?.phase !== "closed") {
      return html`<div class="layout" aria-busy="true" aria-label=${this.t.loading}>
        <div class="skeleton stage"></div>
        ${skeletons}
      </div>`;
    }
    return html`<div class="main blank">
      ${isTurnedAway(status) ? html`<h1>${this.t.signInToWatch}</h1> ${this.#signIn()}` : nothing}
      <slot name="blank"></slot>
    </div>`;
  }

  #signIn(): TemplateResult | typeof nothing {
    return this.canSignIn
      ? html`<button class="primary" data-test="sign-in" @click=${() => this.tell("signin-needed", { reason: "watch", drop: null, sku: null })}>
          ${this.t.signIn}
        </button>`
      : nothing;
  }

  #show(visit: Visit, show: Show): TemplateResult {
    const known = visit.live.client.state;
    const isKnown = known.show !== null;
    return html`<div class="layout">
        <viewer-stage
          class="stage" .show=${show} .viewers=${isKnown ? known.viewers : null} .picture=${this.#picture}
        >
          <slot name="corner"></slot>
        </viewer-stage>
        ${isKnown ? this.#main(visit) : skeletons}
      </div>
      ${isKnown ? html`${this.#bar(visit)} ${this.#sheets(visit)}` : nothing}`;
  }

  #main({ live: { client }, purchases }: Visit): TemplateResult {
    const known = client.state;
    return html`<div
      class="main ${this.#hasBar(known, purchases) ? "barred" : ""}"
      @buy=${({ detail }: CustomEvent) => purchases.buy(detail.drop, detail.sku, detail.quantity)}
      @join-line=${(event: CustomEvent) => purchases.join(event.detail.drop, event.detail.sku)}
      @leave-line=${(event: CustomEvent<number>) => purchases.leave(event.detail)}
      @together=${(event: CustomEvent<string>) => this.sheets?.openTogether(event.detail)}
      @checkout=${this.#onCheckout}
      @show-details=${this.#onDetails}
    >
      <viewer-bad-news .known=${known} .news=${purchases.news} @noted=${this.#onNoted}></viewer-bad-news>
      <aside class="card">
        <h2>${this.t.mine}</h2>
        <viewer-mine .known=${known} .clock=${client.clock} .busy=${purchases.busy}></viewer-mine>
      </aside>
      <viewer-drops
        .known=${known} .clock=${client.clock} .picture=${this.#picture}
        .buyingIn=${(drop: string) => purchases.in(drop)}
      ></viewer-drops>
    </div>`;
  }

  #bar({ live: { client }, purchases }: Visit): TemplateResult | typeof nothing {
    return this.#hasBar(client.state, purchases)
      ? html`<viewer-bar
          .clock=${client.clock} .urgent=${purchases.mostUrgent} .waiter=${purchases.nearest}
          .held=${purchases.openCount} @checkout=${this.#onCheckout} @mine=${() => this.sheets?.openMine()}
        ></viewer-bar>`
      : nothing;
  }

  #hasBar(known: State, purchases: Purchases): boolean {
    return Boolean(purchases.mostUrgent || purchases.nearest || known.orders.length > 0);
  }

  #sheets({ live: { client }, purchases }: Visit): TemplateResult {
    return html`<viewer-sheets
      .known=${client.state} .clock=${client.clock} .purchases=${purchases} @checkout=${this.#onCheckout}
    ></viewer-sheets>`;
  }

  readonly #onCheckout = (event: CustomEvent<number>) => this.sheets?.openCheckout(event.detail);

  readonly #onDetails = (event: CustomEvent<{ sku: string | undefined; drop: string }>) => {
    const { sku, drop } = event.detail;
    if (sku) {
      this.sheets?.openDetails(sku, drop);
    }
  };

  /** The viewer took note of something. */
  readonly #onNoted = (event: CustomEvent<string>) => {
    this.#visit?.purchases.news.note(event.detail);
    this.requestUpdate();
  };
}
