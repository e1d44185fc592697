import type { Drop, ServerClock, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { around } from "../shared/around";
import { PageElement } from "../shared/element";
import { base, buttons, cards } from "../shared/styles";
import type { Buying } from "./buying";
import "./drop_card";
import "./drop_row";

/** All drops of a show: what sells now, what comes, what is over. */
@customElement("viewer-drops")
export class ViewerDrops extends PageElement {
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
  /** How buying in a drop stands: a new function whenever something about it may have changed. */
  @property({ attribute: false }) buyingIn!: (drop: string) => Buying | undefined;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      section + section { margin-top: var(--space-5); }
      h2, h3 { font-size: var(--text-l); margin-bottom: var(--space-3); }
      .empty { text-align: center; padding: var(--space-6) var(--space-4); }
    `,
  ];

  override render(): TemplateResult {
    const of = (...phases: Drop["phase"][]) => this.known.drops.filter((drop) => phases.includes(drop.phase));
    const isOver = this.known.show?.phase === "ended";
    const isOwnPage = around(this).server === "";
    return html`
      ${isOver && isOwnPage ? html`<p><a class="button strong large" href="/viewer/">${this.t.liveNow}</a></p>` : nothing}
      <section>
        <h2 class="unseen">${this.t.dropsNow}</h2>
        ${this.#now(of("open", "paused"), isOver)}
      </section>
      ${this.#rows(this.t.dropsNext, isOver ? [] : of("planned"))} ${this.#rows(this.t.dropsOver, of("closed"))}
    `;
  }

  #now(drops: Drop[], isOver: boolean): TemplateResult {
    return html`
      ${
        drops.length === 0 && !isOver
          ? html`<div class="card empty">
              <h3>${this.t.nothingOpen}</h3>
              <p class="soft">${this.t.nothingOpenLead}</p>
            </div>`
          : nothing
      }
      <div class="stack">
        ${repeat(
          drops,
          (drop) => drop.drop,
          (drop) => html`<viewer-drop-card
            .drop=${drop} .known=${this.known} .clock=${this.clock} .buying=${this.buyingIn(drop.drop)}
          ></viewer-drop-card>`,
        )}
      </div>
    `;
  }

  #rows(heading: string, drops: Drop[]): TemplateResult | typeof nothing {
    return drops.length === 0
      ? nothing
      : html`<section>
          <h2>${heading}</h2>
          <div class="stack">
            ${repeat(
              drops,
              (drop) => drop.drop,
              (drop) => html`<viewer-drop-row .drop=${drop} .known=${this.known}></viewer-drop-row>`,
            )}
          </div>
        </section>`;
  }
}
