import type { Drop, Sales } from "@dropcast/client";
import { css, html, type SVGTemplateResult, svg, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { PageElement } from "../shared/element";
import { count, hour, roundPrice } from "../shared/format";
import { inLanguage } from "../shared/language";
import { base } from "../shared/styles";
import { bars, type PaperBar, runs } from "./paper_bars";

const WIDTH = 680;
const HEIGHT = 176;
/** Below the plot for the hours. */
const FOOT = 20;
/** Above it for the numbers of drops. */
const HEAD = 22;
const LEFT = 64;
const RIGHT = 44;

/** The chart of a report: drawn in lines, so that it is sharp on paper. Drops are numbered as in the table. */
@customElement("brand-paper-chart")
export class BrandPaperChart extends PageElement {
  @property({ attribute: false }) sales!: Sales;
  @property({ attribute: false }) drops: readonly Drop[] = [];
  @property() currency = "EUR";

  static override readonly styles = [
    base,
    css`
      figure { overflow-x: auto; }
      svg { width: 100%; min-width: 34rem; height: auto; }
      @media print { svg { min-width: 0; } }
      text { font-size: 10px; fill: var(--ink-soft); font-variant-numeric: tabular-nums; }
      .number { font-weight: 700; fill: var(--ink); text-anchor: middle; }
      .bar { fill: var(--chart-a); print-color-adjust: exact; }
      .viewers { fill: none; stroke: var(--chart-b); stroke-width: 1.5; stroke-linejoin: round; }
      .grid { stroke: var(--line); }
      .drop { stroke: var(--ink-soft); stroke-dasharray: 2 2; }
      .key { display: flex; gap: var(--space-4); }
      .key span::before { content: ""; display: inline-block; width: 0.75rem; height: 0.5rem; margin-right: 0.375rem; }
      .key .of-bars::before { background: var(--chart-a); }
      .key .of-line::before { height: 0; border-top: 2px solid var(--chart-b); vertical-align: middle; }
      .key span::before { print-color-adjust: exact; }
    `,
  ];

  override render(): TemplateResult {
    const { all, stepMs, from, to, revenueMax, viewersMax } = bars(this.sales);
    const x = (unixMs: number) => LEFT + ((WIDTH - LEFT - RIGHT) * (unixMs - from)) / Math.max(1, to - from);
    const y = (share: number) => HEAD + (HEIGHT - HEAD - FOOT) * (1 - share);
    const width = Math.max(0.75, x(from + stepMs) - x(from) - 0.75);
    const bar = (one: PaperBar) => {
      const top = y(one.revenueMinor / revenueMax);
      return svg`<rect class="bar" x=${x(one.startsAt)} y=${top} width=${width} height=${y(0) - top}></rect>`;
    };
    const line = (run: readonly PaperBar[]) => {
      const points = run.map((one) => `${x(one.startsAt + stepMs / 2)},${y(one.viewers / viewersMax)}`);
      return svg`<polyline class="viewers" points=${points.join(" ")}></polyline>`;
    };
    return html`<figure tabindex="0">
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label=${this.t.overTime}>
        ${[0, 0.5, 1].map((share) => this.#level(share, y(share), revenueMax, viewersMax))}
        ${all.map(bar)}
        ${runs({ all, stepMs }).map(line)}
        ${this.drops.map((drop, place) => numbered(drop, place, x, y))}
        ${hours(from, to, x)}
      </svg>
      <figcaption class="small soft key">
        <span class="of-bars">${this.t.revenuePerBucket(count(stepMs / 1_000))}</span>
        <span class="of-line">${this.t.viewersNow}</span>
      </figcaption>
    </figure>`;
  }

  #level(share: number, y: number, revenueMax: number, viewersMax: number): SVGTemplateResult {
    const money = roundPrice({ amount_minor: Math.round(share * revenueMax), currency: this.currency });
    const viewers = share * viewersMax;
    return svg`
      <line class="grid" x1=${LEFT} x2=${WIDTH - RIGHT} y1=${y} y2=${y}></line>
      <text x=${LEFT - 8} y=${y + 3} text-anchor="end">${money}</text>
      <text x=${WIDTH - RIGHT + 8} y=${y + 3}>${viewers % 1 === 0 ? count(viewers) : ""}</text>
    `;
  }
}

function numbered(
  drop: Drop,
  place: number,
  x: (unixMs: number) => number,
  y: (share: number) => number,
): SVGTemplateResult {
  if (drop.opened_at === null) {
    return svg``;
  }
  const at = x(drop.opened_at);
  return svg`
    <line class="drop" x1=${at} x2=${at} y1=${HEAD - 6} y2=${y(0)}><title>${inLanguage(drop.title)}</title></line>
    <text class="number" x=${at} y=${HEAD - 10}>${place + 1}</text>
  `;
}

/** Some hours below the axis; in a short show one may be that of the next as well, and is written once. */
function hours(from: number, to: number, x: (unixMs: number) => number): readonly SVGTemplateResult[] {
  const moments = [0, 0.25, 0.5, 0.75, 1].map((share) => from + share * (to - from));
  const fresh = moments.filter((at, place) => place === 0 || hour(at) !== hour(moments[place - 1] ?? 0));
  const anchor = (at: number) => (at === from ? "start" : at === to ? "end" : "middle");
  return fresh.map((at) => svg`<text x=${x(at)} y=${HEIGHT - 5} text-anchor=${anchor(at)}>${hour(at)}</text>`);
}
