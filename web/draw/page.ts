import { type DrawRecord, NOTHING_KNOWN, type PublicState, type State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../shared/components/language_switch";
import { PageElement } from "../shared/element";
import { count, moment } from "../shared/format";
import { readDraw, readShow } from "../shared/http";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { keptToken } from "../shared/session";
import { base, buttons, cards } from "../shared/styles";
import { canCheck, check, type Verdict } from "./check";
import "./find";
import "./tickets";

/** Until the lots are drawn, it is looked again this often. */
const LOOK_AGAIN_MS = 3_000;
/** With which nobody is found to be misplaced. */
const NOBODY: ReadonlySet<string> = new Set();

/** Lets anyone check a draw: everything published about it, computed anew in the reader's own browser. */
@customElement("draw-page")
export class DrawPage extends PageElement {
  @state() private record: DrawRecord | null = null;
  @state() private verdict: Verdict | null = null;
  @state() private published: PublicState | null = null;
  @state() private hasFailed = false;

  #timer: ReturnType<typeof setTimeout> | undefined;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      main { max-width: 60rem; margin: 0 auto; padding: var(--space-4) var(--space-4) var(--space-7); }
      .name { font-weight: 750; font-size: var(--text-l); letter-spacing: -0.02em; text-decoration: none; }
      h1 { font-size: clamp(var(--text-xl), 4vw, 2.5rem); }
      h2 { font-size: var(--text-l); margin-bottom: var(--space-3); }
      .stack { gap: var(--space-4); }
      .verdict { font-size: var(--text-l); font-weight: 700; align-items: flex-start; }
      .verdict svg { margin-top: 0.2em; }
      .why { list-style: decimal; padding-inline-start: var(--space-5); display: grid; gap: var(--space-2); }
      dt { font-weight: 600; }
      dd { overflow-wrap: anywhere; color: var(--ink-soft); }
      dd + dt { margin-top: var(--space-3); }
      .recipe { margin-top: var(--space-3); }
      code { font-size: var(--text-s); }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  override render(): TemplateResult {
    const { record } = this;
    const drop = this.published?.drops.find((one) => one.drop === record?.drop);
    const title = record !== null && record.seed === null ? this.t.howIsDrawn : this.t.howWasDrawn;
    document.title = title;
    return html`<main class="stack">
      <div class="row spread"><a class="name" href="/">Dropcast</a><dc-language-switch></dc-language-switch></div>
      <header>
        <p class="eyebrow">${inLanguage(this.published?.show.title ?? {})}</p>
        <h1>${title}</h1>
        <p class="soft">${inLanguage(drop?.title ?? {}) || record?.drop}</p>
      </header>
      <div role="status">${this.hasFailed ? this.#failed() : this.#verdict()}</div>
      ${record === null || record.fairness !== "draw" ? nothing : this.#draw(record)}
    </main>`;
  }

  #failed(): TemplateResult {
    return html`<p class="note bad row spread">
      ${this.t.drawPage.failed}<button class="outline" @click=${() => this.#load()}>${this.t.tryAgain}</button>
    </p>`;
  }

  #verdict(): TemplateResult {
    const [tone, words] = this.#words();
    const icon = tone === "good" ? icons.check : tone === "bad" ? icons.warning : icons.clock;
    return html`<p class="note verdict row ${tone}" data-test="verdict">${icon} ${words}</p>`;
  }

  #words(): ["good" | "bad" | "warn" | "", string] {
    const { record, verdict } = this;
    const words = this.t.drawPage.verdict;
    if (record === null) {
      return ["", words.checking];
    }
    if (record.fairness !== "draw") {
      return ["", words.none];
    }
    if (record.seed === null) {
      return ["", this.#before(record)];
    }
    if (!canCheck()) {
      return ["warn", words.insecure];
    }
    switch (verdict?.kind) {
      case "holds":
        return ["good", words.holds(record.entrants.length, count(record.entrants.length))];
      case "unbound":
        return ["bad", words.unbound];
      case "misplaced":
        return ["bad", words.misplaced(count(verdict.tickets.size), count(record.entrants.length))];
      default:
        return ["", words.checking];
    }
  }

  #before({ entries_close_at, entrant_count }: DrawRecord): string {
    const words = this.t.drawPage.verdict;
    if (entries_close_at === null) {
      return words.announced;
    }
    return Date.now() < entries_close_at ? words.entries(count(entrant_count)) : words.pending;
  }

  #draw(record: DrawRecord): TemplateResult {
    const misplaced = this.verdict?.kind === "misplaced" ? this.verdict.tickets : NOBODY;
    const isDrawn = record.seed !== null;
    const facts = html`<section class="card"><h2>${this.t.drawPage.published}</h2>${this.#facts(record)}</section>`;
    return html`
      ${isDrawn ? nothing : facts} ${this.#isBroken ? nothing : this.#why()}
      <section class="card"><h2>${this.t.drawPage.findTitle}</h2>
        ${
          canCheck()
            ? html`<draw-find
                .entrants=${record.entrants} .misplaced=${misplaced} ?drawn=${isDrawn}
              ></draw-find>`
            : html`<p class="soft">${this.t.drawPage.verdict.insecure}</p>`
        }
      </section>
      ${isDrawn ? facts : nothing} ${isDrawn ? this.#tickets(record, misplaced) : nothing}
    `;
  }

  /** Nothing is promised of a draw that does not hold. */
  get #isBroken(): boolean {
    return this.verdict?.kind === "unbound" || this.verdict?.kind === "misplaced";
  }

  #why(): TemplateResult {
    return html`<section class="card"><h2>${this.t.drawPage.whyTitle}</h2>
      <ol class="why">${this.t.drawPage.why.map((sentence) => html`<li>${sentence}</li>`)}</ol>
    </section>`;
  }

  #facts({ commitment, seed, digest, entries_close_at, drawn_at }: DrawRecord): TemplateResult {
    const t = this.t.drawPage;
    const at = (time: number | null) => (time === null ? t.notYet : moment(time));
    const hash = (value: string | null) => (value === null ? t.notYet : html`<code>${value}</code>`);
    return html`<dl>
        <dt>${t.commitment}</dt><dd>${hash(commitment)}</dd>
        <dt>${t.entriesCloseAt}</dt><dd>${at(entries_close_at)}</dd>
        <dt>${t.drawnAt}</dt><dd>${at(drawn_at)}</dd>
        <dt>${t.seed}</dt><dd>${hash(seed)}</dd>
        <dt>${t.digest}</dt><dd>${hash(digest)}</dd>
      </dl>
      <p class="small soft recipe">${t.recipe}</p>`;
  }

  #tickets({ entrants }: DrawRecord, misplaced: ReadonlySet<string>): TemplateResult {
    return html`<section class="card">
      <h2>${this.t.drawPage.tickets(count(entrants.length))}</h2>
      <draw-tickets .entrants=${entrants} .misplaced=${misplaced} .known=${this.#known}></draw-tickets>
    </section>`;
  }

  get #known(): State {
    return { ...NOTHING_KNOWN, products: this.published?.products ?? [] };
  }

  async #load(): Promise<void> {
    const query = new URLSearchParams(location.search);
    const [show, drop] = [query.get("show") ?? "", query.get("drop") ?? ""];
    const token = keptToken("viewer");
    try {
      this.hasFailed = false;
      this.published ??= await readShow(show, token);
      const record = await readDraw(show, drop, token);
      this.record = record;
      this.verdict = canCheck() ? await check(record) : null;
      if (record.fairness === "draw" && record.seed === null) {
        this.#timer = setTimeout(() => this.#load(), LOOK_AGAIN_MS);
      }
    } catch {
      this.hasFailed = true;
    }
  }
}
