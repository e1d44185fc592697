import type { Drop, State } from "@dropcast/client";
import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import "../shared/components/sheet";
import { PageElement } from "../shared/element";
import { count } from "../shared/format";
import { nameInLanguage } from "../shared/language";
import { base, buttons } from "../shared/styles";
import { keptOf } from "./alerts";
import { asks } from "./asks";

/** Asks whether a drop is to be closed: one that closed never opens again. */
@customElement("host-close-sheet")
export class HostCloseSheet extends PageElement {
  @property({ attribute: false }) drop!: Drop;
  @property({ attribute: false }) known!: State;

  static override readonly styles = [base, buttons];

  override render(): TemplateResult {
    const kept = keptOf(this.drop, this.known);
    return html`<dc-sheet .heading=${this.t.desk.closeSure(nameInLanguage(this.drop.title))}>
      <div class="stack">
        <p class="soft">${this.t.desk.closeSureLead(kept, count(kept))}</p>
        <button class="danger large" data-test="close-sure"
          @click=${() => this.tell("ask", asks.close(this.drop.drop))}>
          ${this.t.closeDrop}
        </button>
        <button class="large" @click=${() => this.tell("sheet-closed", null)}>${this.t.cancel}</button>
      </div>
    </dc-sheet>`;
  }
}
