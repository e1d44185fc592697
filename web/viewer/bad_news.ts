import { type BrokenPromise, brokenPromiseId, type Reservation, type State, type Waiter } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { articleName } from "../shared/catalogue";
import { PageElement } from "../shared/element";
import { buttonAt, FocusKeeper } from "../shared/focus_keeper";
import { price } from "../shared/format";
import { linesName } from "../shared/lines";
import { base, buttons, cards } from "../shared/styles";
import { endId, type News, placeId, promiseId } from "./news";
import { brokenPromiseText } from "./promises";
import { lineWasUndone, wasUndone } from "./undone";

/** What was lost, taken back or waited for in vain, until it is taken note of. */
@customElement("viewer-bad-news")
export class ViewerBadNews extends PageElement {
  @property({ attribute: false }) known!: State;
  /** Asked anew each time: what was taken note of is gone at once, also where nothing else has changed. */
  @property({ attribute: false, hasChanged: () => true }) news!: News;
  @query(".news") private readonly told!: HTMLElement;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      /* In sight wherever one has scrolled to, until it is taken note of. */
      :host { display: contents; }
      .news {
        position: sticky; top: var(--news-top, 0px); z-index: 2; max-height: 40dvh; overflow: auto;
        border-radius: var(--radius-m);
      }
      .news:not(:empty) { margin-bottom: var(--space-4); box-shadow: var(--shadow); }
      .news:focus { box-shadow: none; }
      li { display: grid; gap: var(--space-3); }
      .name { overflow-wrap: anywhere; }
    `,
  ];

  constructor() {
    super();
    new FocusKeeper(this, (place) => buttonAt(this.told, place));
  }

  override render(): TemplateResult {
    const { brokenPromises, revoked, lost, unserved } = this.news;
    const isEmpty = brokenPromises.length + revoked.length + lost.length + unserved.length === 0;
    // Without a space in it while there is nothing to tell: it is empty then, and takes no room.
    return html`<div role="alert" class="news" tabindex="-1">${isEmpty ? nothing : this.#all()}</div>`;
  }

  #all(): TemplateResult {
    const { brokenPromises, revoked, lost, unserved } = this.news;
    return html`<ul class="stack">
      ${repeat(brokenPromises, brokenPromiseId, (one) => this.#promise(one))}
      ${repeat(revoked, endId, (one) => this.#revoked(one))}
      ${repeat(lost, endId, (one) => this.#lost(one))}
      ${repeat(unserved, placeId, (one) => this.#unserved(one))}
    </ul>`;
  }

  #promise(promise: BrokenPromise): TemplateResult {
    return html`<li class="note bad" data-test="broken-promise">
      <p class="name">
        <strong>${this.t.brokenPromise}</strong><br />
        ${linesName(this.known, promise)}, ${price(promise.total)}
      </p>
      <p>${brokenPromiseText(promise, this.t)}</p>
      ${this.#dismiss(promiseId(promise))}
    </li>`;
  }

  /** Sold elsewhere, or never really on sale. */
  #revoked(one: Reservation): TemplateResult {
    const isUndone = wasUndone(one, this.known.drops);
    const [heading, lead] = isUndone ? [this.t.undone, this.t.undoneLead] : [this.t.revoked, this.t.revokedLead];
    return html`<li class="note ${isUndone ? "warn" : "bad"}" data-test=${isUndone ? "undone" : "revoked"}>
      <p class="name"><strong>${heading}</strong><br />${linesName(this.known, one)}, ${price(one.total)}</p>
      <p>${lead}</p>
      ${this.#dismiss(endId(one))}
    </li>`;
  }

  #lost(one: Reservation): TemplateResult {
    return html`<li class="note warn" data-test="lost">
      <p class="name"><strong>${linesName(this.known, one)}</strong><br />${this.t.lost}</p>
      ${this.#dismiss(endId(one))}
    </li>`;
  }

  #unserved(one: Waiter): TemplateResult {
    const why = lineWasUndone(one, this.known.drops) ? this.t.lineUndone : this.t.lineClosed;
    return html`<li class="note warn" data-test="unserved">
      <p class="name"><strong>${articleName(this.known, one.sku)}</strong><br />${why}</p>
      ${this.#dismiss(placeId(one))}
    </li>`;
  }

  #dismiss(id: string): TemplateResult {
    return html`<button class="outline" @click=${() => this.tell("noted", id)}>${this.t.dismiss}</button>`;
  }
}
