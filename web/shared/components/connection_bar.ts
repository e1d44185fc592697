import type { Status } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { PageElement } from "../element";
import { icons } from "../icons";
import { base } from "../styles";
import type { Text } from "../texts/en";
import { TickController } from "../ticker";

/** A first connection that takes no longer than this is no news. */
const QUIET_MS = 1_000;

/** How the connection stands, whenever it does not stand well. */
@customElement("dc-connection-bar")
export class ConnectionBar extends PageElement {
  @property({ attribute: false }) status!: Status;

  readonly #since = Date.now();

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

  override render(): TemplateResult {
    return html`<div role="status">${this.#bar()}</div>`;
  }

  #bar(): TemplateResult | typeof nothing {
    switch (this.status.phase) {
      case "connected":
        return nothing;
      case "connecting":
        return Date.now() - this.#since < QUIET_MS
          ? nothing
          : html`<p>${icons.offline} ${connectionText(this.status, this.t)}</p>`;
      case "waiting":
        return html`<p>${icons.offline} ${connectionText(this.status, this.t)}</p>`;
      case "closed":
        return html`<p class="closed">${icons.warning} ${connectionText(this.status, this.t)}</p>`;
    }
  }
}

/** How the connection stands, in words; nothing when it stands well. */
export function connectionText(status: Status, t: Text): string {
  switch (status.phase) {
    case "connected":
      return "";
    case "connecting":
      return t.connecting;
    case "waiting": {
      const seconds = Math.ceil((status.retryAt - Date.now()) / 1_000);
      return seconds > 1 ? t.reconnecting(seconds) : t.reconnectingNow;
    }
    case "closed":
      return t.connectionClosed[status.reason];
  }
}
