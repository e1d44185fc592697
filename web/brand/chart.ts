import type { Drop, Sales } from "@dropcast/client";
import { css, html, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import uPlot from "uplot";
import plotStyles from "uplot/dist/uPlot.min.css?inline";
import { PageElement } from "../shared/element";
import { base } from "../shared/styles";
import { drawMarks, markStyles } from "./chart_marks";
import { chartOptions } from "./chart_options";
import { type Mark, marks } from "./marks";
import { columns } from "./series";

const HEIGHT_PX = 264;

/** Revenue of each stretch of time and viewers, over time, with the drops on the time axis. */
@customElement("brand-chart")
export class BrandChart extends PageElement {
  @property({ attribute: false }) sales!: Sales;
  @property({ attribute: false }) drops: readonly Drop[] = [];
  @property() currency = "EUR";
  @query(".plot") private readonly place!: HTMLElement;
  @state() private marks: readonly Mark[] = [];
  /** Where the plot is in the figure, in pixels. */
  @state() private area = { left: 0, top: 0, height: 0, width: 0 };

  #plot: uPlot | null = null;
  readonly #resized = new ResizeObserver(() => this.#fit());
  readonly #scheme = matchMedia("(prefers-color-scheme: dark)");

  static override readonly styles = [
    base,
    unsafeCSS(plotStyles),
    markStyles,
    css`
      figure { position: relative; }
      .plot { min-height: ${HEIGHT_PX}px; }
      .u-legend { font-size: var(--text-s); text-align: start; font-variant-numeric: tabular-nums; }
      .u-legend th { font-weight: 600; }
    `,
  ];

  override firstUpdated(): void {
    this.#resized.observe(this);
    this.#scheme.addEventListener("change", this.#draw);
    this.#draw();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resized.disconnect();
    this.#scheme.removeEventListener("change", this.#draw);
    this.#plot?.destroy();
    this.#plot = null;
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has("sales")) {
      this.#plot?.setData(columns(this.sales));
    } else if (changed.has("drops")) {
      this.#placeMarks();
    }
  }

  override render(): TemplateResult {
    return html`<figure aria-label=${this.t.overTime}>
      <div class="plot"></div>
      ${drawMarks(this.marks, this.area, this.t)}
    </figure>`;
  }

  /** Colours are read when it is drawn: a canvas doesn't follow custom properties. */
  readonly #draw = () => {
    this.#plot?.destroy();
    this.place.replaceChildren();
    const colour = (name: string) => getComputedStyle(this).getPropertyValue(name).trim();
    const look = { width: Math.max(1, this.clientWidth), height: HEIGHT_PX, colour };
    const options = chartOptions(this.sales.bucket_ms, this.currency, this.t, look);
    this.#plot = new uPlot(
      { ...options, hooks: { draw: [() => this.#placeMarks()] } },
      columns(this.sales),
      this.place,
    );
  };

  #fit(): void {
    this.#plot?.setSize({ width: this.clientWidth, height: HEIGHT_PX });
  }

  #placeMarks(): void {
    const plot = this.#plot;
    if (!plot) {
      return;
    }
    const { offsetLeft: left, offsetTop: top, offsetWidth: width, offsetHeight: height } = plot.over;
    const now = (plot.scales.x?.max ?? 0) * 1_000;
    const placed = marks(this.drops, { width, room: this.clientWidth - left }, now, (unixMs) =>
      plot.valToPos(unixMs / 1_000, "x"),
    );
    this.area = same(this.area, { left, top, width, height });
    this.marks = same(this.marks, placed);
  }
}

/** The old one if the new one says the same: so that what is drawn anew all the time changes only when it differs. */
function same<T>(before: T, after: T): T {
  return JSON.stringify(before) === JSON.stringify(after) ? before : after;
}
