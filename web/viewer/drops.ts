import type { Drop, ServerClock, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { around } from "../shared/around";
import { PageElement } from "../shared/element";
import { FocusKeeper } from "../shared/focus_keeper";
import { base, buttons, cards } from "../shared/styles";
import { TickController } from "../shared/ticker";
import type { Buying } from "./buying";
import "./drop_card";
import "./drop_row";
import { Appearances, beforeOpening, type PictureClock } from "./picture_time";
import { isNear } from "./upcoming";

/** All drops of a show: what sells now, what comes, what is over. */
@customElement("viewer-drops")
export class ViewerDrops extends PageElement {
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
  /** What time it is in the picture: what opens appears when it gets there. */
  @property({ attribute: false }) picture!: PictureClock;
  /** How buying in a drop stands: a new function whenever something about it may have changed. */
  @property({ attribute: false }) buyingIn!: (drop: string) => Buying | undefined;

  readonly #appearances = new Appearances();
  /** The drops that wait for the picture. */
  #ahead: readonly Drop[] = [];
  /** The drops whose seconds are counted. */
  #near = "";

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

  constructor() {
    super();
    this.addController(new TickController(this, () => this.#isStale()));
    // A drop that closes takes its card away.
    new FocusKeeper(this, () => this.renderRoot.querySelector("h2"));
  }

  override render(): TemplateResult {
    const drops = this.#seen();
    const of = (...phases: Drop["phase"][]) => drops.filter((drop) => phases.includes(drop.phase));
    const isOver = this.known.show?.phase === "ended";
    const isOwnPage = around(this).server === "";
    const isLive = this.known.show?.phase === "live";
    const near = !isLive ? [] : drops.filter((drop) => isNear(drop, this.clock.now()));
    const later = isOver ? [] : of("planned").filter((drop) => !near.includes(drop));
    return html`
      ${isOver && isOwnPage ? html`<p><a class="button strong large" href="/viewer/">${this.t.liveNow}</a></p>` : nothing}
      <section>
        <h2 class="unseen" tabindex="-1">${this.t.dropsNow}</h2>
        ${this.#now(of("open", "paused"), near, isOver)}
      </section>
      ${this.#rows(this.t.dropsNext, later)} ${this.#rows(this.t.dropsOver, of("closed"))}
    `;
  }

  /** The drops as the viewer may see them now. */
  #seen(): Drop[] {
    this.#near = this.#nearNow();
    this.#ahead = this.known.drops.filter((drop) => !this.#isShown(drop));
    return this.known.drops.map((drop) => (this.#ahead.includes(drop) ? beforeOpening(drop) : drop));
  }

  #isShown(drop: Drop): boolean {
    const picture = this.picture.read(performance.now());
    const isOwn = this.buyingIn(drop.drop)?.isInvolved ?? false;
    return this.#appearances.has(drop, picture, this.clock.now(), isOwn);
  }

  #nearNow(): string {
    const near = this.known.drops.filter((drop) => isNear(drop, this.clock.now()));
    return near.map((drop) => drop.drop).join(" ");
  }

  #isStale(): boolean {
    return this.#ahead.some((drop) => this.#isShown(drop)) || this.#nearNow() !== this.#near;
  }

  #now(drops: Drop[], near: Drop[], isOver: boolean): TemplateResult {
    return html`
      ${
        drops.length + near.length === 0 && !isOver
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
        ${repeat(
          near,
          (drop) => drop.drop,
          (drop) => html`<viewer-upcoming
            .drop=${drop} .known=${this.known} .clock=${this.clock}
          ></viewer-upcoming>`,
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
