import type { Sales } from "@dropcast/client";
import { css, html, type PropertyValues, type TemplateResult, unsafeCSS } from "lit";
import { customElement, property, query } from "lit/decorators.js";
import uPlot from "uplot";
import plotStyles from "uplot/dist/uPlot.min.css?inline";
import { PageElement } from "../shared/element";
import { count, hour, price } from "../shared/format";
import { base } from "../shared/styles";
import { columns } from "./series";

const HEIGHT_PX = 280;
/** The shortest time that is shown, in seconds. */
const SHOWN_S_MIN = 300;
/** Marks of the time axis: the hours that they are written as have no seconds. */
const TIME_STEPS_S = [60, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400];
/** Nobody is half a viewer. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => [0, 1, 2, 3, 4, 5].map((power) => step * 10 ** power))
  .sort((a, b) => a - b);

/** Revenue of each bucket and viewers, over time. */
@customElement("brand-chart")
export class BrandChart extends PageElement {
  @property({ attribute: false }) sales!: Sales;
  @property() currency = "EUR";
  @query("figure") private readonly figure!: HTMLElement;

  #plot: uPlot | null = null;
  readonly #resized = new ResizeObserver(() => this.#fit());
  readonly #scheme = matchMedia("(prefers-color-scheme: dark)");

  static override readonly styles = [
    base,
    unsafeCSS(plotStyles),
    css`
      figure { min-height: ${HEIGHT_PX}px; }
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
    }
  }

  override render(): TemplateResult {
    return html`<figure aria-label=${this.t.overTime}></figure>`;
  }

  /** Colours are read when it is drawn: a canvas doesn't follow custom properties. */
  readonly #draw = () => {
    this.#plot?.destroy();
    this.figure.replaceChildren();
    this.#plot = new uPlot(this.#options(), columns(this.sales), this.figure);
  };

  #fit(): void {
    this.#plot?.setSize({ width: this.clientWidth, height: HEIGHT_PX });
  }

  #options(): uPlot.Options {
    const colour = (name: string) => getComputedStyle(this).getPropertyValue(name).trim();
    const money = (minor: number) => price({ amount_minor: minor, currency: this.currency });
    const axis = { stroke: colour("--ink-soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    return {
      width: Math.max(1, this.clientWidth),
      height: HEIGHT_PX,
      cursor: { y: false },
      scales: { x: { range: atLeastAWhile }, minor: { range: fromZero }, viewers: { range: fromZero } },
      series: [
        { label: this.t.time, value: shown((seconds) => hour(seconds * 1_000)) },
        {
          label: this.t.revenuePerBucket(count(this.sales.bucket_ms / 1_000)),
          scale: "minor",
          stroke: colour("--chart-a"),
          fill: `${colour("--chart-a")}22`,
          width: 2,
          value: shown(money),
        },
        {
          label: this.t.viewersNow,
          scale: "viewers",
          stroke: colour("--chart-b"),
          width: 2,
          value: shown(count),
        },
      ],
      axes: [
        { ...axis, incrs: TIME_STEPS_S, values: (_, seconds) => seconds.map((one) => hour(one * 1_000)) },
        { ...axis, scale: "minor", size: 84, values: (_, minors) => minors.map(money) },
        {
          ...axis,
          scale: "viewers",
          incrs: WHOLE_STEPS,
          side: 1,
          size: 48,
          grid: { show: false },
          values: (_, all) => all.map(count),
        },
      ],
    };
  }
}

/** What the legend says of a series: the value under the pointer, else the newest. */
function shown(words: (value: number) => string): uPlot.Series.Value {
  return (plot, value, series) => {
    const newest = plot.data[series]?.at(-1);
    const one = value ?? newest;
    return one === null || one === undefined ? "" : words(one);
  };
}

function atLeastAWhile(_: uPlot, min: number | null, max: number | null): [number, number] {
  const end = max ?? Date.now() / 1_000;
  return [Math.min(min ?? end, end - SHOWN_S_MIN), end];
}

/** A little air above, and never a range of nothing. */
function fromZero(_: uPlot, __: number, max: number | null): [number, number] {
  return [0, Math.max(1, (max ?? 0) * 1.12)];
}
