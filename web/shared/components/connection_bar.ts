import type { Status } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { connectionText, lostText } from "../connection_text";
import { PageElement } from "../element";
import { icons } from "../icons";
import { base } from "../styles";
import { TickController } from "../ticker";

/** A first connection that takes no longer than this is no news. */
const QUIET_MS = 1_000;

/** How the connection stands, whenever it does not stand well. */
@customElement("dc-connection-bar")
export class ConnectionBar extends PageElement {
  @property({ attribute: false }) status!: Status;

  readonly #since = performance.now();
  /** Whoever was connected and connects again has lost the connection, and is not told two things in turn. */
  #isLost = false;

  static override readonly styles = [
    base,
    css`
      p {
        display: flex; align-items: center; justify-content: center; gap: var(--space-2); font-weight: 600;
        padding: var(--space-2) var(--space-4); background: var(--warn-wash); color: var(--warn);
      }
      .closed { background: var(--bad-wash); color: var(--bad); }
    `,
  ];

  constructor() {
    super();
    this.addController(new TickController(this, () => this.status.phase !== "connected"));
  }

  override willUpdate(): void {
    const { phase } = this.status;
    this.#isLost = phase === "waiting" || (phase === "connecting" && this.#isLost);
  }

  /** What is said aloud stands apart: the seconds that are shown would be read out one by one. */
  override render(): TemplateResult {
    return html`<div role="status" class="unseen">${this.#isQuiet ? "" : this.#said}</div>
      ${this.#isQuiet ? nothing : this.#bar()}`;
  }

  get #isQuiet(): boolean {
    const isFirst = this.status.phase === "connecting" && !this.#isLost;
    return this.status.phase === "connected" || (isFirst && performance.now() - this.#since < QUIET_MS);
  }

  get #said(): string {
    return this.#isLost ? lostText(this.status, this.t) : connectionText(this.status, this.t);
  }

  #bar(): TemplateResult {
    const isClosed = this.status.phase === "closed";
    const words = this.status.phase === "waiting" ? connectionText(this.status, this.t) : this.#said;
    return html`<p aria-hidden="true" class=${isClosed ? "closed" : ""}>
      ${isClosed ? icons.warning : icons.offline} ${words}
    </p>`;
  }
}
