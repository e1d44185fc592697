import type { Entrant } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { PageElement } from "../shared/element";
import { count } from "../shared/format";
import { base, buttons, cards, fields } from "../shared/styles";
import { ticketOf } from "./check";

/** Finds a viewer's ticket among those of a draw. What is typed stays in the page. */
@customElement("draw-find")
export class DrawFind extends PageElement {
  @property({ attribute: false }) entrants: readonly Entrant[] = [];
  /** Tickets whose places are not as the seed says. */
  @property({ attribute: false }) misplaced: ReadonlySet<string> = new Set();
  @property({ type: Boolean }) drawn = false;
  @state() private ticket: string | null = null;

  static override readonly styles = [
    base,
    buttons,
    cards,
    fields,
    css`
      code { overflow-wrap: anywhere; font-size: var(--text-s); }
      form .row { align-items: end; flex-wrap: wrap; }
      label { flex: 1 1 14rem; }
    `,
  ];

  override render(): TemplateResult {
    const { ticket } = this;
    return html`<form class="stack" @submit=${this.#onSubmit}>
      <p class="soft">${this.t.drawPage.findLead}</p>
      <div class="row">
        <label>
          ${this.t.drawPage.viewerId}
          <input name="viewer" data-test="viewer-id" autocomplete="off" autocapitalize="none" spellcheck="false"
            required />
        </label>
        <button class="strong">${this.t.drawPage.find}</button>
      </div>
      <div role="status">${ticket === null ? nothing : this.#found(ticket)}</div>
    </form>`;
  }

  #found(ticket: string): TemplateResult {
    const found = this.entrants.find((entrant) => entrant.ticket === ticket);
    const isWrong = this.misplaced.has(ticket);
    const tone = isWrong ? "bad" : found ? "good" : "";
    return html`<div class="note ${tone}" data-test="found">
      <p><strong>${this.#words(found, isWrong)}</strong></p>
      <code>${ticket}</code>
    </div>`;
  }

  #words(found: Entrant | undefined, isWrong: boolean): string {
    if (!this.drawn) {
      return this.t.drawPage.yourTicket;
    }
    if (!found) {
      return this.t.drawPage.notFound;
    }
    const words = this.t.drawPage.found(count(found.place), count(this.entrants.length));
    return isWrong ? `${words} ${this.t.drawPage.wrongPlace}` : words;
  }

  async #onSubmit(event: SubmitEvent): Promise<void> {
    event.preventDefault();
    const viewer = new FormData(event.target as HTMLFormElement).get("viewer");
    this.ticket = typeof viewer === "string" ? await ticketOf(viewer.trim()) : null;
  }
}
