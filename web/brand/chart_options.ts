import uPlot from "uplot";
import { count, hour, price, roundPrice } from "../shared/format";
import type { Text } from "../shared/texts/en";

/** The shortest time that is shown, in seconds. */
const SHOWN_S_MIN = 300;
/** Marks of the time axis: the hours that they are written as have no seconds. */
const TIME_STEPS_S = [60, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400];
/** Nobody is half a viewer. */
const WHOLE_STEPS = [1, 2, 5]
  .flatMap((step) => [0, 1, 2, 3, 4, 5].map((power) => step * 10 ** power))
  .sort((a, b) => a - b);
/** The least that the axes reach up to: in minor units, and in viewers. */
const REVENUE_MINOR_MIN = 1_000;
const VIEWERS_MIN = 4;
/** Room above the plot for the names of drops, in pixels. */
const NAMES_PX = 50;

interface Look {
  readonly width: number;
  readonly height: number;
  /** The value of a custom property. */
  readonly colour: (name: string) => string;
}

/** How the chart is drawn: revenue as bars, viewers as a line. */
export function chartOptions(
  bucketMs: number,
  currency: string,
  t: Text,
  { width, height, colour }: Look,
): uPlot.Options {
  const money = (minor: number) => price({ amount_minor: minor, currency });
  const roundMoney = (minor: number) => roundPrice({ amount_minor: minor, currency });
  const axis = { stroke: colour("--ink-soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
  const bars = uPlot.paths.bars?.({ size: [0.85, 40], align: 1 });
  const range = (_: uPlot, min: number | null, max: number | null) => shownTime(min, max, bucketMs / 1_000);
  return {
    width,
    height,
    padding: [NAMES_PX, null, null, null],
    cursor: { y: false, points: { size: 7 } },
    scales: { x: { range }, minor: { range: fromZero(REVENUE_MINOR_MIN) }, viewers: { range: fromZero(VIEWERS_MIN) } },
    series: [
      { label: t.time, value: shown((seconds) => hour(seconds * 1_000)) },
      {
        label: t.revenuePerBucket(count(bucketMs / 1_000)),
        scale: "minor",
        stroke: colour("--chart-a"),
        fill: colour("--chart-a"),
        width: 0,
        ...(bars && { paths: bars }),
        points: { show: false },
        value: shown(money),
      },
      {
        label: t.viewersNow,
        scale: "viewers",
        stroke: colour("--chart-b"),
        width: 2,
        points: { show: false },
        value: shown(count),
      },
    ],
    axes: [
      {
        ...axis,
        incrs: TIME_STEPS_S,
        size: 32,
        space: 72,
        values: (_, seconds) => seconds.map((one) => hour(one * 1_000)),
      },
      { ...axis, scale: "minor", size: 64, values: (_, minors) => minors.map(roundMoney) },
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

/** What the legend says of a series: the value under the pointer, else the newest. */
function shown(words: (value: number) => string): uPlot.Series.Value {
  return (plot, value, series) => {
    const one = value ?? plot.data[series]?.at(-1);
    return one === null || one === undefined ? "" : words(one);
  };
}

/** At least a while, and the newest bar whole. */
function shownTime(min: number | null, max: number | null, bucketS: number): [number, number] {
  const end = (max ?? Date.now() / 1_000) + bucketS;
  return [Math.min(min ?? end, end - SHOWN_S_MIN), end];
}

/** A little air above, and never less than this. */
function fromZero(least: number): (plot: uPlot, min: number, max: number | null) => [number, number] {
  return (_, __, max) => [0, Math.max(least, (max ?? 0) * 1.12)];
}
