import { css, html, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import type { Sheet } from "../shared/components/sheet";
import "../shared/components/sheet";
import { PageElement } from "../shared/element";
import { base, buttons, fields } from "../shared/styles";
import { asks } from "./asks";

/** The most units of a SKU: the server's `UNITS_MAX`. */
const UNITS_MAX = 100_000_000;

/** Adds any number of units of a SKU to a drop. */
@customElement("host-add-sheet")
export class HostAddSheet extends PageElement {
  @property() drop = "";
  @property() sku = "";
  /** What it is, for people. */
  @property() named = "";
  @query("input") private readonly input!: HTMLInputElement;
  @query("dc-sheet") private readonly sheet!: Sheet;

  static override readonly styles = [
    base,
    buttons,
    fields,
    css`
      input { font-size: var(--text-xl); text-align: center; min-height: 3.25rem; }
    `,
  ];

  /** A dialog takes the focus as it opens, so it is moved after that. */
  override firstUpdated(): void {
    void this.sheet.updateComplete.then(() => this.input.focus());
  }

  override render(): TemplateResult {
    return html`<dc-sheet .heading=${this.t.desk.addTitle}>
      <form class="stack" @submit=${this.#onSubmit}>
        <p class="soft">${this.named}</p>
        <label>
          ${this.t.desk.addCount}
          <input name="units" type="number" inputmode="numeric" min="1" max=${UNITS_MAX} step="1" required />
        </label>
        <button class="strong large" data-test="add-sure">${this.t.desk.addTitle}</button>
      </form>
    </dc-sheet>`;
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    this.tell("ask", asks.add(this.drop, this.sku, this.input.valueAsNumber));
  }
}
