import type { Drop, ServerClock, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { article } from "../shared/catalogue";
import { countdown } from "../shared/components/countdown";
import "../shared/components/picture";
import { type DrawStage, drawStage } from "../shared/draw_stage";
import { PageElement } from "../shared/element";
import { count } from "../shared/format";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";
import { TickController } from "../shared/ticker";
import { type Ask, asks } from "./asks";
import { commands } from "./look";
import type { SheetOpen } from "./sheet_open";
import "./stock_table";

/** By how much one press extends a drop. */
const EXTENSIONS_MS = [30_000, 60_000, 300_000];
/** By how much the key extends a drop. */
export const KEY_EXTENSION_MS = 60_000;

/** A drop that is on sale: its stock as it goes, and what the host can do about it. */
@customElement("host-open-drop")
export class HostOpenDrop extends PageElement {
  @property({ attribute: false }) drop!: Drop;
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
  /** Kinds of commands about this drop that wait for their answers. */
  @property({ attribute: false }) asked: ReadonlySet<string> = new Set();
  /** SKUs of which units are being added in it. */
  @property({ attribute: false }) adding: ReadonlySet<string> = new Set();
  /** Names of buttons that rest. */
  @property({ attribute: false }) resting: ReadonlySet<string> = new Set();
  @property({ type: Boolean }) isOffline = false;
  /** Whether the keys are about this one. */
  @property({ type: Boolean }) hasKeys = false;

  #shownStage: DrawStage = "none";

  static override readonly styles = [
    base,
    buttons,
    cards,
    commands,
    css`
      .card { padding: 0; overflow: hidden; box-shadow: var(--shadow); }
      header { display: flex; gap: var(--space-4); padding: var(--space-3) var(--space-4); align-items: center; }
      dc-picture { width: 4rem; flex: none; }
      header div { flex: 1; min-width: 0; }
      h2 { font-size: var(--text-xl); }
      header > dc-countdown { font-size: var(--text-xxl); letter-spacing: -0.02em; }
      .line { margin-top: var(--space-1); --urgent: currentColor; }
      /* What must not be missed changes how this looks, never where its buttons are. */
      .paused header { background: var(--warn-wash); }
      .gone header { background: var(--bad); color: var(--surface); --urgent: currentColor; }
      .gone .soft { color: inherit; }
      .state { font-weight: 750; }
      .paused .state { color: var(--warn); }
      footer {
        display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--space-2);
        padding: var(--space-3) var(--space-4);
        border-top: 1px solid var(--line);
      }
      footer .row { align-items: stretch; }
      footer button { flex: 1 1 0; min-width: 0; }
      @media (max-width: 30rem) {
        header { padding: var(--space-3); gap: var(--space-3); }
        h2 { font-size: var(--text-l); }
        header > dc-countdown { font-size: var(--text-xl); }
        .extend svg { display: none; }
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
    const isGone = drop.items.every((item) => item.available === 0);
    const look = isGone ? "gone" : drop.phase === "paused" ? "paused" : "";
    const first = drop.items[0];
    return html`<article class="card ${look} ${this.isOffline ? "offline" : ""}" aria-label=${inLanguage(drop.title)}>
      <header>
        <dc-picture .address=${(first && article(this.known, first.sku)?.product.picture) ?? ""}></dc-picture>
        <div>
          <h2>${inLanguage(drop.title)}</h2>
          <p>${this.#state(isGone)} <span class="soft">${this.t.limit(drop.limit_per_viewer)}</span></p>
          ${this.#line()}
        </div>
        ${drop.closes_at === null ? nothing : countdown(this.clock, drop.closes_at, this.t.closesIn)}
      </header>
      <host-stock-table .drop=${drop} .known=${this.known} .resting=${this.resting} .adding=${this.adding}
        ?isOffline=${this.isOffline}></host-stock-table>
      ${this.#actions()}
    </article>`;
  }

  /** In words what the colours say. */
  #state(isGone: boolean): TemplateResult | typeof nothing {
    const isPaused = this.drop.phase === "paused";
    const words = [...(isPaused ? [this.t.paused] : []), ...(isGone ? [this.t.soldOutNow] : [])];
    return words.length === 0
      ? nothing
      : html`<span class="state" data-test=${isGone ? "gone" : "paused"}>${words.join(" · ")} ·</span>`;
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

  #actions(): TemplateResult {
    const { closes_at, drop, phase } = this.drop;
    const close: SheetOpen = { kind: "close", drop };
    return html`<footer>
      ${
        closes_at === null
          ? nothing
          : html`<div class="row extend">${EXTENSIONS_MS.map((byMs) => this.#extension(byMs))}</div>`
      }
      <div class="row">
        ${
          phase === "paused"
            ? this.#asking("resume", asks.resume(drop), html`${icons.play} ${this.t.resume} ${this.#key("P")}`)
            : this.#asking("pause", asks.pause(drop), html`${icons.pause} ${this.t.pause} ${this.#key("P")}`)
        }
        <button class="command" data-test="close-drop" aria-busy=${this.asked.has("close_drop")}
          @click=${() => this.tell("sheet", close)}
        >${icons.stop} ${this.t.closeDrop} ${this.#key("C")}</button>
      </div>
    </footer>`;
  }

  #extension(byMs: number): TemplateResult {
    const key = byMs === KEY_EXTENSION_MS ? this.#key("E") : nothing;
    const seconds = byMs / 1_000;
    return this.#asking(
      `extend-${seconds}`,
      asks.extend(this.drop.drop, byMs),
      html`
      ${icons.clock} ${this.t.desk.extendBy(seconds)} ${key}`,
    );
  }

  /** A button that asks for something; it does nothing while it rests or waits for its answer. */
  #asking(name: string, ask: Ask, content: TemplateResult): TemplateResult {
    const isAsked = this.asked.has(ask.wish.kind);
    const isIdle = isAsked || this.resting.has(ask.button);
    return html`<button class="command" data-test=${name} aria-busy=${isAsked} aria-disabled=${isIdle}
      @click=${() => (isIdle ? undefined : this.tell("ask", ask))}>${content}</button>`;
  }

  #key(key: string): TemplateResult | typeof nothing {
    return this.hasKeys ? html`<kbd>${key}</kbd>` : nothing;
  }
}
