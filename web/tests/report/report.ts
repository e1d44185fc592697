import type { Browser } from "playwright-core";
import { clientGzipBytes } from "../../client/build.ts";
import { seriousProblems } from "../browser/accessibility";
import { DESKTOP, launch, PHONE, type Window } from "../browser/browser";
import { FULL_SHOW, Stage } from "../browser/stage";
import { tour } from "../browser/tour";
import { weigh } from "../browser/weight";
import { rush } from "./rush";

/** What `make pages-report` prints as its last line. Weights are compressed. */
export interface Report {
  readonly viewer_gz_kb: number;
  readonly host_gz_kb: number;
  readonly brand_gz_kb: number;
  readonly client_gz_kb: number;
  readonly axe_serious: number;
  readonly long_tasks_over_100ms: number;
  readonly heap_growth_percent: number;
}

/** The most that each figure may be. */
const BOUNDS: Report = {
  viewer_gz_kb: 150,
  host_gz_kb: 150,
  brand_gz_kb: 150,
  client_gz_kb: 15,
  axe_serious: 0,
  long_tasks_over_100ms: 0,
  heap_growth_percent: 10,
};

type Tell = (line: string) => void;

/** Measures everything, the rush for so many minutes. Stops what it started. */
export async function measure(minutes: number, tell: Tell): Promise<Report> {
  const browser = await launch();
  // Whatever is under way fails without the browser, and stops its server.
  const stop = () => void browser.close();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const weights = await weighPages(browser, tell);
    const axe_serious = await countSerious(browser, tell);
    const { longTasks, heapGrowthPercent } = await rush(browser, minutes, tell);
    return {
      ...weights,
      client_gz_kb: kilobytes(await clientGzipBytes()),
      axe_serious,
      long_tasks_over_100ms: longTasks,
      heap_growth_percent: rounded(heapGrowthPercent),
    };
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    await browser.close();
  }
}

/** Which figures are beyond their bounds. */
export function beyondBounds(report: Report): string[] {
  return (Object.keys(BOUNDS) as (keyof Report)[])
    .filter((figure) => report[figure] > BOUNDS[figure])
    .map((figure) => `${figure} is ${report[figure]}, and may be ${BOUNDS[figure]}`);
}

async function weighPages(
  browser: Browser,
  tell: Tell,
): Promise<Pick<Report, "viewer_gz_kb" | "host_gz_kb" | "brand_gz_kb">> {
  const stage = await Stage.set(browser, FULL_SHOW);
  try {
    await stage.run("start");
    await stage.run("drops/scarves/open");
    const of = async (name: string, window: Window) => {
      const weight = kilobytes(await weigh(window));
      tell(`the ${name} page weighs ${weight} KB`);
      return weight;
    };
    return {
      viewer_gz_kb: await of("viewer", await stage.viewer("anna", PHONE)),
      host_gz_kb: await of("host", await stage.host(DESKTOP)),
      brand_gz_kb: await of("brand", await stage.brand(DESKTOP)),
    };
  } finally {
    await stage.close();
  }
}

async function countSerious(browser: Browser, tell: Tell): Promise<number> {
  let count = 0;
  for (const size of [PHONE, DESKTOP]) {
    const stage = await Stage.set(browser, FULL_SHOW);
    try {
      await tour(stage, size, async (state, window) => {
        const problems = await seriousProblems(window);
        count += problems.length;
        tell([`axe, ${size.name}, ${state}: ${problems.length} serious`, ...problems].join("\n  "));
      });
    } finally {
      await stage.close();
    }
  }
  return count;
}

function kilobytes(bytes: number): number {
  return rounded(bytes / 1_024);
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
