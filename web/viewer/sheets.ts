import type { Reservation, ServerClock, State, WantedLine } from "@dropcast/client";
import { html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import "../shared/components/sheet";
import { PageElement } from "../shared/element";
import { base } from "../shared/styles";
import type { Purchases } from "./buying";
import "./checkout";
import "./details";
import { feelOffer } from "./haptics";
import "./mine";
import "./together";

type Sheet =
  | { readonly kind: "mine" }
  | { readonly kind: "checkout"; readonly reservation: number }
  | { readonly kind: "details"; readonly sku: string; readonly drop: string }
  | { readonly kind: "together"; readonly drop: string };

/** What opens above the show, one at a time; an offer opens by itself, above what is open. */
@customElement("viewer-sheets")
export class ViewerSheets extends PageElement {
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
  /** Asked anew each time: what it says follows the connection, also where the state is the same. */
  @property({ attribute: false, hasChanged: () => true }) purchases!: Purchases;
  @state() private sheet: Sheet | null = null;
  /** The offer that is shown above everything else until the viewer has answered it, or closes it. */
  @state() private offer: number | null = null;

  static override readonly styles = base;

  /** What the viewer has. */
  openMine(): void {
    this.sheet = { kind: "mine" };
  }

  /** Whoever opens an offer by hand has seen it. */
  openCheckout(reservation: number): void {
    this.purchases.offerSeen(reservation);
    this.offer = this.offer === reservation ? null : this.offer;
    this.sheet = { kind: "checkout", reservation };
  }

  /** About the product of a SKU, sold in a drop. */
  openDetails(sku: string, drop: string): void {
    this.sheet = { kind: "details", sku, drop };
  }

  openTogether(drop: string): void {
    this.sheet = { kind: "together", drop };
  }

  override willUpdate(): void {
    if (this.offer !== null && this.#isDeclined(this.offer)) {
      this.purchases.offerSeen(this.offer);
      this.offer = null;
    }
    const unseen = this.purchases.unseenOffer;
    if (this.offer === null && unseen) {
      this.offer = unseen.reservation;
      feelOffer();
    }
  }

  override render(): TemplateResult {
    return html`${this.#sheet()} ${this.#offer()}`;
  }

  #isDeclined(offer: number): boolean {
    const of = this.known.reservations.find((one) => one.reservation === offer);
    return of === undefined || of.state === "released";
  }

  #sheet(): TemplateResult | typeof nothing {
    switch (this.sheet?.kind) {
      case "mine":
        return html`<dc-sheet .heading=${this.t.mine} @sheet-closed=${this.#close}>
          <viewer-mine .known=${this.known} .clock=${this.clock} .busy=${this.purchases.busy}></viewer-mine>
        </dc-sheet>`;
      case "details":
        return html`<viewer-details
          .known=${this.known} .sku=${this.sheet.sku} .drop=${this.sheet.drop} @sheet-closed=${this.#close}
        ></viewer-details>`;
      case "together":
        return this.#together(this.sheet.drop);
      case "checkout":
        return this.#checkout(this.sheet.reservation, this.#close);
      default:
        return nothing;
    }
  }

  #together(name: string): TemplateResult | typeof nothing {
    const drop = this.known.drops.find((one) => one.drop === name && one.phase === "open");
    return drop
      ? html`<viewer-together
          .drop=${drop} .known=${this.known} .answer=${this.purchases.togetherAnswer(name)}
          .asked=${this.purchases.isBuyingTogether(name)}
          @hold-together=${this.#onHoldTogether} @sheet-closed=${this.#close}
        ></viewer-together>`
      : nothing;
  }

  #offer(): TemplateResult | typeof nothing {
    const { offer } = this;
    return offer === null
      ? nothing
      : this.#checkout(offer, () => {
          this.purchases.offerSeen(offer);
          this.offer = null;
        });
  }

  #checkout(wanted: number, close: () => void): TemplateResult | typeof nothing {
    const reservation = this.known.reservations.find((one) => one.reservation === wanted);
    return reservation
      ? html`<viewer-checkout
          .known=${this.known} .clock=${this.clock} .reservation=${reservation}
          .paying=${this.#isUnderWay("confirm", reservation)} .releasing=${this.#isUnderWay("release", reservation)}
          .extending=${this.#isUnderWay("extend_hold", reservation)}
          .answer=${this.purchases.paymentAnswer(reservation.reservation)}
          @confirm=${() => this.purchases.confirm(reservation.reservation)}
          @release=${() => this.purchases.release(reservation.reservation)}
          @extend=${() => this.purchases.extend(reservation.reservation)}
          @sheet-closed=${close}
        ></viewer-checkout>`
      : nothing;
  }

  #isUnderWay(kind: "confirm" | "release" | "extend_hold", { reservation }: Reservation): boolean {
    return this.purchases.isUnderWay(kind, reservation);
  }

  readonly #close = () => {
    this.sheet = null;
  };

  /** What is held is paid for next. */
  readonly #onHoldTogether = async (event: CustomEvent<{ drop: string; lines: readonly WantedLine[] }>) => {
    const outcome = await this.purchases.buyTogether(event.detail.drop, event.detail.lines);
    if (outcome?.kind === "held" && this.sheet?.kind === "together") {
      this.openCheckout(outcome.value.reservation);
    }
  };
}
