import type { State } from "@dropcast/client";
import { css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { PageElement } from "../shared/element";
import { shortCount } from "../shared/format";
import { base, cards } from "../shared/styles";
import { TickController } from "../shared/ticker";
import { Pace } from "./pace";

/** The show as it happens, in eight figures. */
@customElement("host-figures")
export class HostFigures extends PageElement {
  @property({ attribute: false }) known!: State;

  readonly #pace = new Pace();
  #shownPace = 0;

  static override readonly styles = [
    base,
    cards,
    css`
      dl { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); row-gap: var(--space-3); }
      dl.card { padding: var(--space-3) 0; }
      div { padding: 0 var(--space-2); text-align: center; border-inline-start: 1px solid var(--line); min-width: 0; }
      div:nth-child(4n + 1) { border-inline-start: 0; }
      dt { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      dd { font-size: var(--text-xl); font-weight: 700; letter-spacing: -0.02em; line-height: 1.2; }
      @media (max-width: 30rem) {
        dl { row-gap: var(--space-2); }
        dl.card { padding: var(--space-2) 0; }
        dd { font-size: var(--text-l); }
        .eyebrow { font-size: 0.6875rem; }
        div { padding: 0; }
      }
    `,
  ];

  constructor() {
    super();
    this.addController(new TickController(this, () => this.#pace.perMinute(performance.now()) !== this.#shownPace));
  }

  override willUpdate(): void {
    const { numbers } = this.known;
    if (numbers) {
      this.#pace.seen(numbers.clicks, performance.now());
    }
    this.#shownPace = this.#pace.perMinute(performance.now());
  }

  override render(): TemplateResult {
    const { numbers, viewers } = this.known;
    const free = (numbers?.skus ?? []).reduce((sum, one) => sum + one.free, 0);
    const figures: [name: string, label: string, value: number][] = [
      ["viewers", this.t.viewersNow, viewers],
      ["clicks", this.t.desk.clicksPerMinute, this.#shownPace],
      ["held", this.t.heldUnits, numbers?.units_held ?? 0],
      ["units-sold", this.t.soldUnits, numbers?.units_sold ?? 0],
      ["free", this.t.stock, free],
      ["in-line", this.t.waitingNow, numbers?.waiting ?? 0],
      ["offers", this.t.desk.offersOut, numbers?.units_offered ?? 0],
      ["turned-away", this.t.refused, numbers?.refused ?? 0],
    ];
    return html`<dl class="card">${figures.map(
      ([name, label, value]) => html`<div>
        <dt class="eyebrow">${label}</dt><dd class="figures" data-test=${name}>${shortCount(value)}</dd>
      </div>`,
    )}</dl>`;
  }
}
