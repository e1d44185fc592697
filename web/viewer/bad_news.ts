import { type BrokenPromise, brokenPromiseId, type Reservation, type State, type Waiter } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { articleName } from "../shared/catalogue";
import { PageElement } from "../shared/element";
import { price } from "../shared/format";
import { linesName } from "../shared/lines";
import { base, buttons, cards } from "../shared/styles";
import { brokenPromiseText } from "./promises";

/** What the viewer was told and could not be kept, or waited for in vain, until it is taken note of. */
@customElement("viewer-bad-news")
export class ViewerBadNews extends PageElement {
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) promises: readonly BrokenPromise[] = [];
  /** Reservations that were taken back, because their units were sold elsewhere. */
  @property({ attribute: false }) revoked: readonly Reservation[] = [];
  /** Places in lines of drops that closed before it was their turn. */
  @property({ attribute: false }) unserved: readonly Waiter[] = [];

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      ul { margin-bottom: var(--space-5); }
      li { display: grid; gap: var(--space-3); }
      .name { overflow-wrap: anywhere; }
    `,
  ];

  override render(): TemplateResult | typeof nothing {
    return html`<div role="alert">
      ${
        this.promises.length + this.revoked.length + this.unserved.length === 0
          ? nothing
          : html`<ul class="stack">
              ${repeat(this.promises, brokenPromiseId, (promise) => this.#promise(promise))}
              ${repeat(
                this.revoked,
                (one) => one.reservation,
                (one) => this.#revoked(one),
              )}
              ${repeat(
                this.unserved,
                (one) => one.waiter,
                (one) => this.#unserved(one),
              )}
            </ul>`
      }
    </div>`;
  }

  #promise(promise: BrokenPromise): TemplateResult {
    return html`<li class="note bad" data-test="broken-promise">
      <p class="name">
        <strong>${this.t.brokenPromise}</strong><br />
        ${linesName(this.known, promise)}, ${price(promise.total)}
      </p>
      <p>${brokenPromiseText(promise, this.t)}</p>
      <button class="outline" @click=${() => this.tell("broken-promise-seen", brokenPromiseId(promise))}>
        ${this.t.dismiss}
      </button>
    </li>`;
  }

  #revoked(one: Reservation): TemplateResult {
    return html`<li class="note bad" data-test="revoked">
      <p class="name"><strong>${this.t.revoked}</strong><br />${linesName(this.known, one)}, ${price(one.total)}</p>
      <p>${this.t.revokedLead}</p>
      <button class="outline" @click=${() => this.tell("end-seen", one.reservation)}>${this.t.dismiss}</button>
    </li>`;
  }

  #unserved(one: Waiter): TemplateResult {
    return html`<li class="note warn" data-test="unserved">
      <p class="name"><strong>${articleName(this.known, one.sku)}</strong><br />${this.t.lineClosed}</p>
      <button class="outline" @click=${() => this.tell("unserved-seen", one.waiter)}>${this.t.dismiss}</button>
    </li>`;
  }
}
