import type { Drop, ServerClock, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { article } from "../shared/catalogue";
import { countdown } from "../shared/components/countdown";
import "../shared/components/picture";
import { PageElement } from "../shared/element";
import { count } from "../shared/format";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { base, buttons } from "../shared/styles";
import type { Said } from "./answers";
import { commands } from "./look";
import type { Press } from "./press";
import { priceOf } from "./prices";
import type { SheetOpen } from "./sheet_open";
import "./undo_bar";

/** The foot of the desk, always in one place: the one big press, and a line about what just happened. */
@customElement("host-dock")
export class HostDock extends PageElement {
  @property({ attribute: false }) press!: Press;
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
  @property({ attribute: false }) said: Said | null = null;
  @property({ type: Boolean }) isResting = false;
  @property({ type: Boolean }) isOffline = false;

  static override readonly styles = [
    base,
    buttons,
    commands,
    css`
      :host { background: var(--surface); border-top: 1px solid var(--line); box-shadow: var(--shadow); }
      .dock { max-width: 90rem; margin: 0 auto; padding: var(--space-2) var(--space-4) var(--space-3); }
      .said {
        min-height: 1.75rem; line-height: 1.75rem; font-weight: 600; color: var(--ink-soft);
        overflow: hidden; white-space: nowrap; text-overflow: ellipsis;
      }
      .said:empty { position: static; }
      .said.bad { color: var(--bad); }
      .said.news { color: var(--warn); }
      .presses { display: flex; gap: var(--space-2); }
      .press {
        flex: 1; min-width: 0; height: 6.5rem; padding: var(--space-3) var(--space-4); gap: var(--space-4);
        border-radius: var(--radius-l); text-align: start; justify-content: flex-start; overflow: hidden;
        white-space: normal; background: var(--accent); color: var(--on-accent);
      }
      .press:hover:not([aria-disabled="true"]) { background: var(--accent-press); }
      .press.undo, .press.undo:hover:not([aria-disabled="true"]) { background: var(--ink); color: var(--paper); }
      .press.undo[aria-disabled="true"] { background: var(--sunken); color: var(--ink-soft); }
      .press.offline:hover:not([aria-disabled="true"]), .press.offline.undo:hover:not([aria-disabled="true"]) {
        background: transparent; color: var(--ink-soft);
      }
      dc-picture { width: 4.5rem; flex: none; }
      .name { flex: 1; min-width: 0; display: grid; font-weight: 500; }
      .title {
        font-size: var(--text-xl); font-weight: 700; letter-spacing: -0.02em; line-height: 1.2;
        overflow: hidden; white-space: nowrap; text-overflow: ellipsis;
      }
      .figures { overflow: hidden; white-space: nowrap; text-overflow: ellipsis; }
      .plan { width: 5.5rem; flex: none; flex-direction: column; gap: 0; height: 6.5rem; font-size: var(--text-s); }
      .quiet { flex: 1; display: grid; place-content: center; text-align: center; min-height: 6.5rem; }
      dc-countdown { --urgent: currentColor; }
      @media (max-width: 30rem) {
        .dock { padding: var(--space-1) var(--space-3) var(--space-3); }
        .press { padding: var(--space-3); gap: var(--space-3); }
        dc-picture { width: 3.5rem; }
        .title { font-size: var(--text-l); }
        .plan { width: 4.5rem; padding: 0; }
      }
      @media (max-width: 24.5rem) { .bolt { display: none; } }
    `,
  ];

  override render(): TemplateResult {
    const { said } = this;
    return html`<section class="dock" aria-label=${this.t.nextUp}>
      <div role="status" class="said ${said?.tone ?? ""}" data-test="said">${said?.text ?? nothing}</div>
      <div class="presses">${this.#press()}</div>
    </section>`;
  }

  #press(): TemplateResult {
    const { press } = this;
    switch (press.kind) {
      case "ended":
        return html`<p class="quiet soft">${this.t.desk.ended}</p>`;
      case "nothing":
        return html`<p class="quiet soft">${this.t.noNext}</p>`;
      case "start":
      case "starting":
        return this.#start(press.kind === "starting");
      case "open":
      case "opening":
        return this.#open(press.drop, press.kind === "opening");
      case "undo":
      case "undoing":
        return this.#undo(press.drop, press.until, press.kind === "undoing");
    }
  }

  #start(isAsked: boolean): TemplateResult {
    const show = this.known.show;
    return this.#button(
      "start-show",
      "",
      isAsked,
      html`
      <dc-picture .address=${show?.picture ?? ""}></dc-picture>
      <span class="name">
        <span>${isAsked ? this.#asked(this.t.desk.starting) : this.t.draft}</span>
        <span class="title">${this.t.start}</span>
      </span>
      ${icons.play}`,
    );
  }

  #open(drop: Drop, isAsked: boolean): TemplateResult {
    const units = drop.items.reduce((sum, one) => sum + one.available, 0);
    const opensAt = drop.opens_at;
    return html`${this.#button(
      "open-next",
      "",
      isAsked,
      html`
      ${this.#picture(drop)}
      <span class="name">
        <span>${isAsked ? this.#asked(this.t.opening) : this.t.openDrop} <kbd>${this.t.desk.keyNames.space}</kbd></span>
        <span class="title">${inLanguage(drop.title)}</span>
        <span class="figures small">${priceOf(drop, this.t)} · ${this.t.left(count(units))}</span>
      </span>
      <span class="bolt">${icons.bolt}</span>`,
    )}
    <button class="plan command ${this.isOffline ? "offline" : ""}" data-test="plan-next"
      @click=${() => this.tell<SheetOpen>("sheet", { kind: "plan", drop: drop.drop })}>
      ${icons.clock}
      ${opensAt === null ? this.t.desk.plan : countdown(this.clock, opensAt, this.t.desk.opensIn)}
    </button>`;
  }

  #undo(drop: Drop, until: number, isAsked: boolean): TemplateResult {
    return this.#button(
      "undo",
      "undo",
      isAsked,
      html`
      ${this.#picture(drop)}
      <span class="name">
        <span>${isAsked ? this.#asked(this.t.desk.undoing) : this.t.desk.undo} <kbd>U</kbd></span>
        <span class="title">${inLanguage(drop.title)}</span>
        <span class="small">${this.t.desk.undoLead}</span>
      </span>
      ${icons.back}
      <host-undo-bar .clock=${this.clock} .until=${until}></host-undo-bar>`,
    );
  }

  #button(name: string, look: string, isAsked: boolean, content: TemplateResult): TemplateResult {
    const isIdle = this.isResting || isAsked;
    return html`<button
      class="press command ${look} ${this.isOffline ? "offline" : ""}" data-test=${name}
      aria-busy=${isAsked} aria-disabled=${isIdle}
      @click=${() => (isIdle ? undefined : this.tell("big-press", null))}
    >${content}</button>`;
  }

  #asked(label: string): string {
    return this.isOffline ? this.t.offline : label;
  }

  #picture(drop: Drop): TemplateResult {
    const item = drop.items[0];
    const address = (item && article(this.known, item.sku)?.product.picture) ?? "";
    return html`<dc-picture .address=${address}></dc-picture>`;
  }
}
