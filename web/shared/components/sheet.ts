import { css, html, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { PageElement } from "../element";
import { icons } from "../icons";
import { base, buttons } from "../styles";

/** A dialog: from the bottom of a phone, in the middle of a larger screen. Open while it is on the page. */
@customElement("dc-sheet")
export class Sheet extends PageElement {
  @property() heading = "";
  @query("dialog") private readonly dialog!: HTMLDialogElement;

  static override readonly styles = [
    base,
    buttons,
    css`
      dialog {
        border: 0; padding: 0; color: var(--ink); background: var(--surface); overflow: auto;
        width: 100%; max-width: 100%; margin: auto 0 0; max-height: 92dvh;
        border-radius: var(--radius-l) var(--radius-l) 0 0; box-shadow: var(--shadow);
        overscroll-behavior: contain; animation: rise 180ms ease-out;
      }
      dialog::backdrop { background: rgb(10 10 8 / 55%); }
      .head {
        position: sticky; top: 0; background: var(--surface); display: flex; align-items: center;
        justify-content: space-between; padding-block: var(--space-2); padding-inline: var(--space-5) var(--space-2);
        z-index: 1;
      }
      h2 { font-size: var(--text-l); }
      .body {
        padding: 0 var(--space-5) calc(var(--space-5) + env(safe-area-inset-bottom)); overflow-wrap: break-word;
      }
      .head button { flex: none; width: 2.75rem; padding: 0; }
      @keyframes rise { from { transform: translateY(2rem); opacity: 0; } }
      @media (min-width: 48rem) {
        dialog { width: 30rem; margin: auto; border-radius: var(--radius-l); }
      }
    `,
  ];

  #focusedBefore: HTMLElement | null = null;

  override firstUpdated(): void {
    this.#focusedBefore = focused();
    this.dialog.showModal();
  }

  /** Whoever removes an open dialog has to give the focus back: browsers do it only for one that closes. */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#focusedBefore?.focus();
  }

  override render(): TemplateResult {
    const tellClosed = () => this.tell("sheet-closed", null);
    return html`<dialog aria-labelledby="heading" @close=${tellClosed} @click=${this.#onClick}>
      <div class="head">
        <h2 id="heading">${this.heading}</h2>
        <button class="plain" aria-label=${this.t.close} @click=${() => this.dialog.close()}>${icons.close}</button>
      </div>
      <div class="body"><slot></slot></div>
    </dialog>`;
  }

  /** A press beside the sheet closes it: it reaches the dialog itself and nothing in it. */
  #onClick(event: MouseEvent): void {
    if (event.composedPath()[0] === this.dialog) {
      this.dialog.close();
    }
  }
}

/** The element that has the focus, in whichever shadow root. */
function focused(root: DocumentOrShadowRoot = document): HTMLElement | null {
  const active = root.activeElement;
  return active?.shadowRoot ? focused(active.shadowRoot) : (active as HTMLElement | null);
}
