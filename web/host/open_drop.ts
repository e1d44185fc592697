import type { Drop, DropItem, ServerClock, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { article, articleName } from "../shared/catalogue";
import { countdown } from "../shared/components/countdown";
import "../shared/components/picture";
import { type DrawStage, drawStage } from "../shared/draw_stage";
import { PageElement } from "../shared/element";
import { count } from "../shared/format";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";
import { TickController } from "../shared/ticker";

/** What one press adds, in units. */
const ADDED_UNITS = 10;

/** A drop that is on sale: its stock as it goes, and what the host can do about it. */
@customElement("host-open-drop")
export class HostOpenDrop extends PageElement {
  @property({ attribute: false }) drop!: Drop;
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
  /** Kinds of commands about this drop that wait for their answers. */
  @property({ attribute: false }) asked: ReadonlySet<string> = new Set();
  @state() private chosen: string | null = null;

  #shownStage: DrawStage = "none";

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      .card { padding: 0; overflow: hidden; box-shadow: var(--shadow); }
      header { display: flex; gap: var(--space-4); padding: var(--space-4); align-items: center; }
      dc-picture { width: 4.5rem; flex: none; }
      header div { flex: 1; min-width: 0; }
      h3 { font-size: var(--text-xl); }
      header > dc-countdown { font-size: var(--text-xxl); letter-spacing: -0.02em; }
      .line { margin-top: var(--space-1); --urgent: currentColor; }
      .gone {
        background: var(--bad); color: var(--surface); padding: var(--space-3) var(--space-4); font-weight: 750;
        font-size: var(--text-xl); text-align: center;
      }
      .paused {
        background: var(--warn-wash); color: var(--warn); padding: var(--space-2) var(--space-4); font-weight: 700;
      }
      table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
      th, td { padding: var(--space-2) var(--space-4); text-align: end; }
      th { font-size: var(--text-s); color: var(--ink-soft); font-weight: 600; }
      th:first-child, td:first-child { text-align: start; width: 50%; }
      tbody tr { border-top: 1px solid var(--line); }
      td { font-size: var(--text-l); font-weight: 650; }
      td:first-child { font-size: var(--text-m); font-weight: 500; }
      .none { color: var(--bad); }
      @media (max-width: 30rem) {
        h3 { font-size: var(--text-l); }
        header > dc-countdown { font-size: var(--text-xl); }
      }
      footer { display: grid; gap: var(--space-2); padding: var(--space-4); border-top: 1px solid var(--line); }
      footer .row { flex-wrap: wrap; }
      footer button { flex: 1 1 6rem; min-height: 3.25rem; padding: 0 var(--space-3); }
      select {
        font: inherit; color: inherit; background: var(--surface); border: 1px solid var(--line); min-height: 3.25rem;
        border-radius: var(--radius-m); padding: 0 var(--space-3); flex: 1 1 9rem; min-width: 0;
      }
    `,
  ];

  constructor() {
    super();
    this.addController(new TickController(this, () => this.#stage !== this.#shownStage));
  }

  override render(): TemplateResult {
    const { drop } = this;
    this.#shownStage = this.#stage;
    const isGone = this.#offered === 0 && drop.items.every((item) => item.available === 0);
    const first = drop.items[0];
    return html`<article class="card" aria-label=${inLanguage(drop.title)}>
      <div role="alert">${isGone ? html`<p class="gone" data-test="sold-out">${this.t.soldOutNow}</p>` : nothing}</div>
      ${drop.phase === "paused" ? html`<p class="paused row">${icons.pause} ${this.t.paused}</p>` : nothing}
      <header>
        <dc-picture .address=${(first && article(this.known, first.sku)?.product.picture) ?? ""}></dc-picture>
        <div>
          <h3>${inLanguage(drop.title)}</h3>
          <p class="soft">${this.t.limit(drop.limit_per_viewer)}</p>
          ${this.#line()}
        </div>
        ${drop.closes_at === null ? nothing : countdown(this.clock, drop.closes_at, this.t.closesIn)}
      </header>
      ${this.#stock()} ${this.#actions()}
    </article>`;
  }

  get #stage(): DrawStage {
    return drawStage(this.drop, this.clock.now());
  }

  /** Units of it that are offered to who waited. */
  get #offered(): number {
    const skus = new Set(this.drop.items.map((item) => item.sku));
    const numbers = this.known.numbers?.skus.filter((one) => skus.has(one.sku)) ?? [];
    return numbers.reduce((sum, one) => sum + one.offered, 0);
  }

  /** The draw, who waits and what is offered to them. */
  #line(): TemplateResult | typeof nothing {
    const waiting = this.drop.items.reduce((sum, item) => sum + item.waiting, 0);
    const isDraw = this.#stage === "entries" || this.#stage === "pending";
    if (!isDraw && waiting === 0 && this.#offered === 0) {
      return nothing;
    }
    return html`<p class="row wrap figures line">
      ${isDraw ? this.#draw() : nothing}
      <span class="badge" data-test="waiting">
        ${isDraw ? this.t.entered(count(waiting)) : this.t.waiting(count(waiting))}
      </span>
      ${
        this.#offered === 0
          ? nothing
          : html`<span class="badge good" data-test="offered">${this.t.offeredNow(count(this.#offered))}</span>`
      }
    </p>`;
  }

  #draw(): TemplateResult {
    const { entries_close_at } = this.drop;
    return html`<span class="badge warn">
      ${
        this.#stage === "pending" || entries_close_at === null
          ? this.t.drawing
          : html`${this.t.drawIn} ${countdown(this.clock, entries_close_at, this.t.drawIn)}`
      }
    </span>`;
  }

  #stock(): TemplateResult {
    return html`<table>
      <thead>
        <tr>
          ${[this.t.variant, this.t.stock, this.t.heldUnits, this.t.soldUnits].map(
            (heading) => html`<th scope="col">${heading}</th>`,
          )}
        </tr>
      </thead>
      <tbody>${this.drop.items.map((item) => this.#stockOf(item))}</tbody>
    </table>`;
  }

  #stockOf({ sku, available }: DropItem): TemplateResult {
    const numbers = this.known.numbers?.skus.find((one) => one.sku === sku);
    return html`<tr>
      <td>${articleName(this.known, sku)}</td>
      <td class=${available === 0 ? "none" : ""}>${count(available)}</td>
      <td>${count(numbers?.held ?? 0)}</td>
      <td data-test="sold">${count(numbers?.sold ?? 0)}</td>
    </tr>`;
  }

  #actions(): TemplateResult {
    const { closes_at, items, phase } = this.drop;
    const sku = this.chosen ?? items[0]?.sku ?? "";
    return html`<footer>
      <div class="row">
      ${closes_at === null ? nothing : this.#action("extend_drop", "extend", icons.clock, this.t.extend)}
      ${
        phase === "paused"
          ? this.#action("resume_drop", "resume", icons.play, this.t.resume)
          : this.#action("pause_drop", "pause", icons.pause, this.t.pause)
      }
      ${this.#action("close_drop", "close-drop", icons.stop, this.t.closeDrop)}
      </div>
      <div class="row">
      ${items.length > 1 ? this.#choice(sku) : nothing}
      <button aria-busy=${this.asked.has("add_units")} ?disabled=${this.asked.has("add_units")}
        @click=${() => this.tell("add-units", { drop: this.drop.drop, sku, units: ADDED_UNITS })}>
        ${icons.plus} ${this.t.addUnits(ADDED_UNITS)}
      </button>
      </div>
    </footer>`;
  }

  #action(command: string, event: string, icon: TemplateResult, label: string): TemplateResult {
    const isAsked = this.asked.has(command);
    const press = () => this.tell(event, this.drop.drop);
    return html`<button data-test=${event} aria-busy=${isAsked} ?disabled=${isAsked} @click=${press}>
      ${icon} ${label}
    </button>`;
  }

  #choice(chosen: string): TemplateResult {
    return html`<select aria-label=${this.t.variant} @change=${(event: Event) => {
      this.chosen = (event.target as HTMLSelectElement).value;
    }}>
      ${this.drop.items.map(
        ({ sku }) => html`<option value=${sku} ?selected=${sku === chosen}>${articleName(this.known, sku)}</option>`,
      )}
    </select>`;
  }
}
