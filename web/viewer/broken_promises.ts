import { type BrokenPromise, brokenPromiseId, type State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { articleName } from "../shared/catalogue";
import { PageElement } from "../shared/element";
import { price } from "../shared/format";
import { base, buttons, cards } from "../shared/styles";
import { brokenPromiseText } from "./promises";

/** What the viewer was told and could not be kept, until it is taken note of. */
@customElement("viewer-broken-promises")
export class ViewerBrokenPromises extends PageElement {
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) promises: readonly BrokenPromise[] = [];

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
        this.promises.length === 0
          ? nothing
          : html`<ul class="stack">${repeat(this.promises, brokenPromiseId, (promise) => this.#promise(promise))}</ul>`
      }
    </div>`;
  }

  #promise(promise: BrokenPromise): TemplateResult {
    const units = promise.quantity > 1 ? `${promise.quantity} × ` : "";
    return html`<li class="note bad" data-test="broken-promise">
      <p class="name">
        <strong>${this.t.brokenPromise}</strong><br />
        ${units}${articleName(this.known, promise.sku)}, ${price(promise.total)}
      </p>
      <p>${brokenPromiseText(promise, this.t)}</p>
      <button class="outline" @click=${() => this.tell("broken-promise-seen", brokenPromiseId(promise))}>
        ${this.t.dismiss}
      </button>
    </li>`;
  }
}
