import type { ServerClock } from "@dropcast/client";
import { css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { Component } from "../element";
import { remaining } from "../format";
import { base } from "../styles";
import { TickController } from "../ticker";

/** Below this a countdown looks urgent. */
const URGENT_MS = 30_000;
/** Below this it has the attribute `last`, by which whoever shows it may make it stand out. */
const LAST_MS = 10_000;

/** What is left until a moment of the server's clock, in Unix milliseconds; `label` says of what. */
export function countdown(clock: ServerClock | undefined, until: number, label: string): TemplateResult {
  return html`<dc-countdown .clock=${clock} .until=${until} .label=${label}></dc-countdown>`;
}

/** The component behind {@link countdown}. */
@customElement("dc-countdown")
export class Countdown extends Component {
  @property({ attribute: false }) clock!: ServerClock;
  /** In Unix milliseconds, by the server's clock. */
  @property({ attribute: false }) until!: number;
  /** What is counted down to, for those who don't see it. */
  @property() label = "";

  #shown = "";

  static override readonly styles = [
    base,
    css`
      :host { display: inline-block; position: relative; font-variant-numeric: tabular-nums; font-weight: 650; }
      .urgent { color: var(--urgent, var(--bad)); }
    `,
  ];

  constructor() {
    super();
    this.addController(new TickController(this, () => remaining(this.#leftMs()) !== this.#shown));
  }

  override updated(): void {
    const leftMs = this.#leftMs();
    this.toggleAttribute("last", leftMs > 0 && leftMs <= LAST_MS);
  }

  override render(): TemplateResult {
    const leftMs = this.#leftMs();
    this.#shown = remaining(leftMs);
    const look = leftMs < URGENT_MS ? "urgent" : "";
    return html`<span role="timer" class=${look}><span class="unseen">${this.label} </span>${this.#shown}</span>`;
  }

  #leftMs(): number {
    return this.until - this.clock.now();
  }
}
