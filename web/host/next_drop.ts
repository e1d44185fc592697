import type { Drop, Show, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { article } from "../shared/catalogue";
import "../shared/components/picture";
import { PageElement } from "../shared/element";
import { count, price } from "../shared/format";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";

/** After a press the button rests for so long: a nervous second press must not open the drop after this one. */
const REST_MS = 1_500;

/** The next drop as one big press, and as Space or Enter wherever the focus is on nothing else. */
@customElement("host-next-drop")
export class HostNextDrop extends PageElement {
  @property({ attribute: false }) drop!: Drop;
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) show!: Show;
  /** Whether the press waits for its answer. */
  @property({ type: Boolean }) opening = false;
  @state() private isResting = false;

  #rest: ReturnType<typeof setTimeout> | undefined;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      .press {
        width: 100%; padding: var(--space-4); gap: var(--space-4); border-radius: var(--radius-l); text-align: start;
        white-space: normal;
        justify-content: flex-start; background: var(--accent); color: var(--on-accent); min-height: 8rem;
      }
      .press:hover:not(:disabled) { background: var(--accent-press); }
      .press:disabled { background: var(--sunken); color: var(--ink-soft); }
      dc-picture { width: 6.5rem; flex: none; }
      .name { flex: 1; min-width: 0; display: grid; gap: var(--space-1); font-weight: 500; }
      .title { font-size: var(--text-xl); font-weight: 700; letter-spacing: -0.02em; line-height: 1.15; }
      kbd {
        font: inherit; font-size: var(--text-s); border: 1px solid currentColor; border-radius: 0.375rem;
        padding: 0 0.375rem;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener("keydown", this.#onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener("keydown", this.#onKey);
    clearTimeout(this.#rest);
  }

  override render(): TemplateResult {
    const { drop } = this;
    const item = drop.items[0];
    const units = drop.items.reduce((sum, one) => sum + one.available, 0);
    return html`<button class="press" data-test="open-next" ?disabled=${!this.#isReady} @click=${this.#press}>
      <dc-picture .address=${(item && article(this.known, item.sku)?.product.picture) ?? ""}></dc-picture>
      <span class="name">
        <span>${this.opening ? this.t.opening : this.t.openDrop}</span>
        <span class="title">${inLanguage(drop.title)}</span>
        <span class="figures small">${item ? price(item.price) : nothing} · ${this.t.left(count(units))}</span>
        <span class="small">
          ${this.show.phase === "live" ? html`<kbd>${this.t.keyHint}</kbd>` : this.t.notLiveYet}
        </span>
      </span>
      ${icons.bolt}
    </button>`;
  }

  get #isReady(): boolean {
    return this.show.phase === "live" && !this.opening && !this.isResting;
  }

  readonly #press = () => {
    if (!this.#isReady) {
      return;
    }
    this.isResting = true;
    this.#rest = setTimeout(() => {
      this.isResting = false;
    }, REST_MS);
    this.tell("open-drop", this.drop.drop);
  };

  /** A key that is held down repeats; a key on a button, a field or a dialog belongs to that. */
  readonly #onKey = (event: KeyboardEvent) => {
    const isPress = event.key === " " || event.key === "Enter";
    const [target] = event.composedPath();
    if (isPress && !event.repeat && target === document.body) {
      event.preventDefault();
      this.#press();
    }
  };
}
