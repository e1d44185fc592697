import type { Drop, Show, State, Wish } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { showBadge } from "../shared/badges";
import "../shared/components/language_switch";
import "../shared/components/sheet";
import { count } from "../shared/format";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import type { LiveController } from "../shared/live";
import { SignedInPage } from "../shared/signed_in_page";
import { base, buttons, cards } from "../shared/styles";
import { complaint, isAbout } from "./answers";
import "./next_drop";
import "./open_drop";
import "./run_of_show";

/** By how much one press extends a drop. */
const EXTENSION_MS = 60_000;

/** The host's desk: what is on sale, the next press, and the run of show. */
@customElement("host-page")
export class HostPage extends SignedInPage {
  protected override readonly pageRole = "host";
  @state() private complaint: string | null = null;
  @state() private isEnding = false;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      header {
        padding: var(--space-3) var(--space-4); background: var(--surface); border-bottom: 1px solid var(--line);
      }
      header h1 { font-size: var(--text-l); flex: 1; min-width: 8rem; }
      main { display: grid; gap: var(--space-4); padding: var(--space-4); max-width: 90rem; margin: 0 auto; }
      .figure-row { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); }
      .figure-row.card { padding: var(--space-3) 0; }
      .figure { padding: 0 var(--space-3); text-align: center; }
      .figure + .figure { border-inline-start: 1px solid var(--line); }
      .figure dd { font-size: var(--text-xl); font-weight: 700; letter-spacing: -0.02em; }
      h2 { font-size: var(--text-l); margin-bottom: var(--space-3); }
      .blank { padding: var(--space-7) var(--space-4); text-align: center; }
      .said { flex: 1; }
      .unmissable { font-weight: 700; text-align: center; font-size: var(--text-l); }
      @media (min-width: 60rem) {
        main {
          grid-template-columns: minmax(0, 1.5fr) minmax(20rem, 1fr); align-items: start; padding: var(--space-5);
          gap: var(--space-5);
        }
      }
    `,
  ];

  protected override connected(live: LiveController): void {
    live.onAnswered((_, outcome) => {
      this.complaint = complaint(outcome, this.t);
    });
  }

  protected override renderShow(known: State, show: Show): TemplateResult {
    const onSale = known.drops.filter((drop) => drop.phase === "open" || drop.phase === "paused");
    const next = known.drops.find((drop) => drop.phase === "planned");
    return html`
      ${this.#header(show)}
      <main @open-drop=${this.#onOpenDrop}>
        <div class="stack">
          ${this.#warnings()} ${this.#figures(known)} ${this.#next(known, show, next)}
          ${repeat(
            onSale,
            (drop) => drop.drop,
            (drop) => this.#openDrop(known, drop),
          )}
        </div>
        <section class="card stack">
          <h2>${this.t.runOfShow}</h2>
          <host-run-of-show .known=${known} .opening=${this.#opening} .next=${next?.drop}></host-run-of-show>
          ${show.phase === "live" ? this.#end() : nothing}
        </section>
      </main>
      ${this.isEnding ? this.#endSheet() : nothing}
    `;
  }

  #header(show: Show): TemplateResult {
    return html`<header class="row wrap">
      ${showBadge(show.phase, this.t)}
      <h1>${inLanguage(show.title)}</h1>
      ${
        show.phase === "draft"
          ? html`<button class="primary" data-test="start-show" ?disabled=${this.#isAsked("start_show")}
              @click=${() => this.#ask({ kind: "start_show", value: {} })}>${icons.play} ${this.t.start}</button>`
          : nothing
      }
      <dc-language-switch></dc-language-switch>
    </header>`;
  }

  #warnings(): TemplateResult {
    const isConnected = this.live?.client.status.phase === "connected";
    const offline = isConnected ? nothing : html`<p class="note bad unmissable">${this.t.hostOffline}</p>`;
    const refused = this.complaint === null ? nothing : this.#refused(this.complaint);
    return html`<div role="alert">${offline}</div><div role="alert">${refused}</div>`;
  }

  #refused(complaint: string): TemplateResult {
    const dismiss = () => {
      this.complaint = null;
    };
    return html`<p class="note bad row">
      ${icons.warning}<span class="said">${this.t.hostRefused}: ${complaint}</span>
      <button class="plain" aria-label=${this.t.close} @click=${dismiss}>${icons.close}</button>
    </p>`;
  }

  #figures(known: State): TemplateResult {
    const { numbers } = known;
    const figures: [string, number][] = [
      [this.t.viewersNow, known.viewers],
      [this.t.clicks, numbers?.clicks ?? 0],
      [this.t.heldUnits, numbers?.units_held ?? 0],
      [this.t.soldUnits, numbers?.units_sold ?? 0],
    ];
    return html`<dl class="figure-row card">
      ${figures.map(
        ([label, value]) =>
          html`<div class="figure"><dt class="eyebrow">${label}</dt><dd class="figures">${count(value)}</dd></div>`,
      )}
    </dl>`;
  }

  #openDrop(known: State, drop: Drop): TemplateResult {
    const about = this.live?.client.unanswered.filter((command) => isAbout(command, drop.drop)) ?? [];
    return html`<host-open-drop
      .drop=${drop} .known=${known} .clock=${this.live?.client.clock}
      .asked=${new Set(about.map((command) => command.kind))}
      @extend=${() => this.#ask({ kind: "extend_drop", value: { drop: drop.drop, by_ms: EXTENSION_MS } })}
      @pause=${() => this.#ask({ kind: "pause_drop", value: { drop: drop.drop } })}
      @resume=${() => this.#ask({ kind: "resume_drop", value: { drop: drop.drop } })}
      @close-drop=${() => this.#ask({ kind: "close_drop", value: { drop: drop.drop } })}
      @add-units=${(event: CustomEvent) => this.#ask({ kind: "add_units", value: event.detail })}
    ></host-open-drop>`;
  }

  #next(known: State, show: Show, next: Drop | undefined): TemplateResult {
    if (show.phase === "ended") {
      return html`<p class="note">${this.t.showEnded}</p>`;
    }
    return html`<section>
      <h2>${this.t.nextUp}</h2>
      ${
        next
          ? html`<host-next-drop
              .drop=${next} .known=${known} .show=${show} ?opening=${this.#opening.has(next.drop)}
            ></host-next-drop>`
          : html`<p class="note">${this.t.noNext}</p>`
      }
    </section>`;
  }

  #end(): TemplateResult {
    const open = () => {
      this.isEnding = true;
    };
    return html`<button class="danger" data-test="end-show" ?disabled=${this.#isAsked("end_show")} @click=${open}>
      ${icons.stop} ${this.t.end}
    </button>`;
  }

  #endSheet(): TemplateResult {
    const close = () => {
      this.isEnding = false;
    };
    const end = () => {
      this.#ask({ kind: "end_show", value: {} });
      close();
    };
    return html`<dc-sheet .heading=${this.t.endSure} @sheet-closed=${close}>
      <div class="stack">
        <p class="soft">${this.t.endSureLead}</p>
        <button class="danger large" data-test="end-show-sure" @click=${end}>${this.t.end}</button>
        <button class="large" @click=${close}>${this.t.cancel}</button>
      </div>
    </dc-sheet>`;
  }

  readonly #onOpenDrop = (event: CustomEvent<string>) => {
    this.#ask({ kind: "open_drop", value: { drop: event.detail } });
  };

  #ask(wish: Wish): void {
    this.complaint = null;
    this.live?.client.ask(wish);
  }

  #isAsked(kind: "start_show" | "end_show"): boolean {
    return (this.live?.unanswered(kind).length ?? 0) > 0;
  }

  get #opening(): ReadonlySet<string> {
    return new Set(this.live?.unanswered("open_drop").map((command) => command.drop));
  }
}
