import { html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import "../shared/components/sheet";
import { PageElement } from "../shared/element";
import { base, buttons } from "../shared/styles";
import { asks } from "./asks";
import "./hold_button";

/** Asks whether the show is to end, by holding the answer. */
@customElement("host-end-sheet")
export class HostEndSheet extends PageElement {
  static override readonly styles = [base, buttons];

  override render(): TemplateResult {
    return html`<dc-sheet .heading=${this.t.endSure}>
      <div class="stack">
        <p class="soft">${this.t.endSureLead}</p>
        <host-hold-button data-test="end-show-sure" .label=${this.t.desk.holdToEnd}
          @held=${() => this.tell("ask", asks.end())}></host-hold-button>
        <button class="large" @click=${() => this.tell("sheet-closed", null)}>${this.t.cancel}</button>
      </div>
    </dc-sheet>`;
  }
}
