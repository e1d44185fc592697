import type { State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { PageElement } from "../shared/element";
import { language } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";
import { figuresCsv } from "./figures_csv";

/** Tells spreadsheets that the file is UTF-8; the API sends it without, for programs. */
const BYTE_ORDER_MARK = "\ufeff";

/** Takes the orders and the figures home as files. */
@customElement("brand-exports")
export class BrandExports extends PageElement {
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) token: string | null = null;
  @state() private isReading = false;
  @state() private hasFailed = false;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      :host { position: relative; }
      button { min-height: 2.5rem; font-size: var(--text-s); padding: 0 var(--space-3); }
      .note {
        position: absolute; top: calc(100% + var(--space-1)); right: 0; z-index: 3; width: max-content; max-width: 80vw;
      }
    `,
  ];

  override render(): TemplateResult {
    const { brand } = this.t;
    return html`<div class="row wrap" role="group" aria-label=${brand.exports}>
        <button class="outline" data-test="export-orders" aria-busy=${this.isReading} @click=${this.#orders}>
          ${brand.exportOrders}
        </button>
        <button class="outline" data-test="export-figures" ?disabled=${this.known.numbers === null}
          @click=${this.#figures}>
          ${brand.exportFigures}
        </button>
      </div>
      <div role="alert">${this.hasFailed ? html`<p class="note bad">${brand.exportFailed}</p>` : nothing}</div>`;
  }

  /** Read with the token in a header and saved from memory: a token never goes into an address. */
  async #orders(): Promise<void> {
    if (this.isReading) {
      return;
    }
    this.isReading = true;
    this.hasFailed = false;
    try {
      const headers = { authorization: `Bearer ${this.token}` };
      const show = encodeURIComponent(this.#show);
      const response = await fetch(`/v1/shows/${show}/orders.csv?language=${language()}`, { headers });
      if (!response.ok) {
        throw new Error(`the orders were answered with ${response.status}`);
      }
      save(`${this.#show}-orders.csv`, await response.text());
    } catch {
      this.hasFailed = true;
    } finally {
      this.isReading = false;
    }
  }

  #figures(): void {
    save(`${this.#show}-figures.csv`, figuresCsv(this.known));
  }

  get #show(): string {
    return this.known.show?.show ?? "";
  }
}

function save(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob([BYTE_ORDER_MARK, text], { type: "text/csv;charset=utf-8" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  // The browser has taken the file over by the next turn at the latest.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
