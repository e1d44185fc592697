import type { ServerClock } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { countdown } from "../shared/components/countdown";
import { PageElement } from "../shared/element";
import { buttonAt, FocusKeeper } from "../shared/focus_keeper";
import { count } from "../shared/format";
import { icons } from "../shared/icons";
import { nameInLanguage } from "../shared/language";
import { base, buttons } from "../shared/styles";
import type { Alert } from "./alerts";

/** What must not be missed, across the whole width and over everything else, so that nothing moves below it. */
@customElement("host-banners")
export class HostBanners extends PageElement {
  @property({ attribute: false }) alerts: readonly Alert[] = [];
  @property({ attribute: false }) clock!: ServerClock;
  /** How the connection stands, in words. */
  @property() connection = "";
  /** The same without numbers that change: what is said aloud of it, once. */
  @property() connectionSaid = "";
  /** What waits to be sent, for people. */
  @property({ attribute: false }) pending: readonly string[] = [];
  @query(".all") private readonly all!: HTMLElement;

  static override readonly styles = [
    base,
    buttons,
    css`
      :host { position: fixed; inset: 0 0 auto; z-index: 2; }
      .banner {
        display: flex; align-items: center; gap: var(--space-3); min-height: 4rem;
        padding: var(--space-2) var(--space-4); background: var(--bad); color: var(--surface);
      }
      .opened, .token { background: var(--warn); }
      .banner + .banner { border-top: 1px solid var(--surface); }
      .text { flex: 1; min-width: 0; }
      .what { font-size: var(--text-xl); font-weight: 750; letter-spacing: -0.02em; line-height: 1.2; }
      .more { font-weight: 600; }
      button { background: transparent; border-color: currentColor; color: inherit; flex: none; }
      dc-countdown { --urgent: currentColor; }
      .all:focus { box-shadow: none; }
      @media (max-width: 60rem) { .what { font-size: var(--text-l); } }
      @media (max-width: 30rem) {
        .more { font-size: var(--text-s); }
        .banner { padding: var(--space-2) var(--space-3); }
      }
    `,
  ];

  constructor() {
    super();
    new FocusKeeper(this, (place) => buttonAt(this.all, place));
  }

  /** What is said aloud stands apart, since all of a live region is said again whenever some of it changes. */
  override render(): TemplateResult {
    const each = (one: (alert: Alert) => TemplateResult) => repeat(this.alerts, (alert) => alert.id, one);
    return html`<div role="alert" class="unseen" data-test="alerts-said">${each((alert) => this.#said(alert))}</div>
      <div class="all" tabindex="-1">${each((alert) => this.#banner(alert))}</div>`;
  }

  #said(alert: Alert): TemplateResult {
    return html`<div>${alert.kind === "offline" ? this.connectionSaid : this.#content(alert)[1]}</div>`;
  }

  #banner(alert: Alert): TemplateResult {
    const [icon, what, more] = this.#content(alert);
    return html`<div class="banner ${alert.kind}" data-test="alert-${alert.kind}">
      ${icon}
      <div class="text"><p class="what" aria-hidden="true">${what}</p><p class="more">${more}</p></div>
      ${this.#button(alert)}
    </div>`;
  }

  #content(alert: Alert): [icon: TemplateResult, what: string, more: unknown] {
    const t = this.t.desk.alerts;
    switch (alert.kind) {
      case "offline":
        return [icons.offline, this.connection, this.#pending()];
      case "sold_out":
        return [icons.box, t.soldOut(nameInLanguage(alert.drop.title)), t.kept(alert.kept, count(alert.kept))];
      case "opened":
        return [icons.bolt, t.opened(nameInLanguage(alert.drop.title)), t.openedLead];
      case "token":
        return [icons.warning, t.token, html`${t.tokenIn} ${countdown(this.clock, alert.until, t.tokenIn)}`];
      case "promises":
        return [icons.warning, t.promises, this.t.promisesBroken(alert.broken, count(alert.broken))];
    }
  }

  #pending(): string {
    const t = this.t.desk.alerts;
    return this.pending.length === 0 ? t.offlineLead : `${t.waiting} ${this.pending.join(" · ")}`;
  }

  #button(alert: Alert): TemplateResult | typeof nothing {
    switch (alert.kind) {
      case "offline":
        return nothing;
      case "token":
        return html`<button data-test="sign-in-again" @click=${() => this.tell("sheet", { kind: "sign_in" })}>
          ${this.t.desk.alerts.signIn}
        </button>`;
      default:
        return html`<button data-test="dismiss" @click=${() => this.tell("dismiss", alert.id)}>
          ${this.t.dismiss}
        </button>`;
    }
  }
}
