import type { Entrant, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { articleName } from "../shared/catalogue";
import { PageElement } from "../shared/element";
import { count } from "../shared/format";
import { base, buttons, cards } from "../shared/styles";

/** How many more tickets are shown at a time. */
const SHOWN_MORE = 500;

/** The tickets of a draw in the order in which they are served. */
@customElement("draw-tickets")
export class DrawTickets extends PageElement {
  @property({ attribute: false }) entrants: readonly Entrant[] = [];
  @property({ attribute: false }) known!: State;
  /** Tickets whose places are not as the seed says. */
  @property({ attribute: false }) misplaced: ReadonlySet<string> = new Set();
  @state() private shown = 50;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      li {
        display: grid; grid-template-columns: 2.5rem minmax(0, 1fr); gap: var(--space-3);
        padding: var(--space-2) 0; border-top: 1px solid var(--line);
      }
      code { overflow-wrap: anywhere; font-size: var(--text-s); }
      .place { font-weight: 700; text-align: end; }
    `,
  ];

  override render(): TemplateResult {
    const left = this.entrants.length - this.shown;
    return html`
      <ol>${this.entrants.slice(0, this.shown).map((entrant) => this.#ticket(entrant))}</ol>
      ${
        left > 0
          ? html`<button class="outline" @click=${this.#showMore}>
              ${this.t.drawPage.showMore(count(Math.min(left, SHOWN_MORE)))}
            </button>`
          : nothing
      }
    `;
  }

  #ticket({ ticket, sku, quantity, place, offered }: Entrant): TemplateResult {
    const isWrong = this.misplaced.has(ticket);
    const wanted = quantity > 1 ? `${quantity} × ${articleName(this.known, sku)}` : articleName(this.known, sku);
    return html`<li data-test="ticket">
      <span class="place figures">${count(place)}</span>
      <div>
        <code>${ticket}</code>
        <p class="row wrap small soft">
          ${wanted} ${isWrong ? html`<span class="badge bad">${this.t.drawPage.wrongPlace}</span>` : nothing}
          ${offered ? html`<span class="badge good">${this.t.drawPage.offered}</span>` : nothing}
        </p>
      </div>
    </li>`;
  }

  readonly #showMore = () => {
    this.shown += SHOWN_MORE;
  };
}
