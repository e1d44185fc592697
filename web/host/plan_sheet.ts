import type { Drop, ServerClock } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { countdown } from "../shared/components/countdown";
import "../shared/components/sheet";
import { PageElement } from "../shared/element";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { base, buttons, cards, fields } from "../shared/styles";
import { asks } from "./asks";
import { nextMoment, PLAN_MINUTES } from "./plan";

/** A drop that waits: opens it out of its turn, or says when it opens by itself. */
@customElement("host-plan-sheet")
export class HostPlanSheet extends PageElement {
  @property({ attribute: false }) drop!: Drop;
  @property({ attribute: false }) clock!: ServerClock;
  @property({ type: Boolean }) isLive = false;

  static override readonly styles = [
    base,
    buttons,
    cards,
    fields,
    css`
      .moments { display: grid; grid-template-columns: repeat(4, 1fr); gap: var(--space-2); }
      .moments button { padding: 0; min-height: 3.25rem; }
      form.row { align-items: end; }
      label { flex: 1; }
      .now { background: var(--accent); color: var(--on-accent); }
      dc-countdown { --urgent: currentColor; }
    `,
  ];

  override render(): TemplateResult {
    const { opens_at } = this.drop;
    return html`<dc-sheet .heading=${inLanguage(this.drop.title)}>
      <div class="stack">
        ${
          this.isLive
            ? html`<button class="now large" data-test="open-now" @click=${this.#open}>
                ${icons.bolt} ${this.t.desk.openNow}
              </button>`
            : html`<p class="note">${this.t.notLiveYet}</p>`
        }
        <h3>${this.t.desk.openLater}</h3>
        ${opens_at === null ? nothing : this.#scheduled(opens_at)}
        <div class="moments">${PLAN_MINUTES.map((minutes) => this.#moment(minutes))}</div>
        <form class="row" @submit=${this.#onSubmit}>
          <label>${this.t.desk.atTime} <input type="time" name="time" required /></label>
          <button class="strong">${this.t.desk.plan}</button>
        </form>
      </div>
    </dc-sheet>`;
  }

  #scheduled(opensAt: number): TemplateResult {
    return html`<p class="note warn row spread">
      <span>${this.t.desk.opensIn} ${countdown(this.clock, opensAt, this.t.desk.opensIn)}</span>
      <button class="outline" data-test="unplan" @click=${() => this.#plan(null)}>${this.t.desk.unplan}</button>
    </p>`;
  }

  #moment(minutes: number): TemplateResult {
    const opensAt = () => this.clock.now() + minutes * 60_000;
    return html`<button data-test="plan-${minutes}" @click=${() => this.#plan(Math.round(opensAt()))}>
      ${this.t.desk.inMinutes(minutes)}
    </button>`;
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    const time = new FormData(event.target as HTMLFormElement).get("time");
    const moment = nextMoment(String(time), this.clock.now());
    if (moment !== null) {
      this.#plan(moment);
    }
  }

  #plan(opensAt: number | null): void {
    this.tell("ask", asks.schedule(this.drop.drop, opensAt));
  }

  #open(): void {
    this.tell("ask", asks.open(this.drop.drop));
  }
}
