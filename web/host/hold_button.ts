import { css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";
import { PageElement } from "../shared/element";
import { base, buttons } from "../shared/styles";
import { TickController } from "../shared/ticker";

/** For so long the button has to be held. */
export const HOLD_MS = 1_500;

/** A button that is pressed by holding it, with a finger, a mouse or a key. Tells `held`. */
@customElement("host-hold-button")
export class HostHoldButton extends PageElement {
  @property() label = "";
  /** By a clock that nobody sets. */
  @state() private since: number | null = null;

  static override readonly styles = [
    base,
    buttons,
    css`
      button {
        position: relative; overflow: hidden; min-height: 4.5rem; background: var(--bad-wash); color: var(--bad);
        border-color: currentColor; touch-action: none; user-select: none; -webkit-user-select: none;
      }
      i { position: absolute; inset: 0 auto 0 0; background: currentColor; opacity: 0.25; }
      span { position: relative; }
    `,
  ];

  constructor() {
    super();
    this.addController(new TickController(this, () => this.since !== null));
  }

  override updated(): void {
    if (this.since !== null && performance.now() - this.since >= HOLD_MS) {
      this.#letGo();
      this.tell("held", null);
    }
  }

  override render(): TemplateResult {
    const part = this.since === null ? 0 : Math.min(1, (performance.now() - this.since) / HOLD_MS);
    return html`<button class="large" data-test="hold"
      @pointerdown=${this.#hold} @pointerup=${this.#letGo} @pointerleave=${this.#letGo} @pointercancel=${this.#letGo}
      @keydown=${this.#onKey} @keyup=${this.#letGo} @blur=${this.#letGo} @contextmenu=${prevent} @click=${this.#onClick}
    ><i style=${styleMap({ width: `${100 * part}%` })}></i><span>${this.label}</span></button>`;
  }

  #hold(): void {
    this.since ??= performance.now();
  }

  #letGo(): void {
    this.since = null;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      this.#hold();
    }
  }

  /** A click without a pointer or a key comes from an assistive technology, which can't hold. */
  #onClick(event: MouseEvent): void {
    if (event.detail === 0) {
      this.tell("held", null);
    }
  }
}

/** A long press on a touch screen would open a menu instead. */
function prevent(event: Event): void {
  event.preventDefault();
}
