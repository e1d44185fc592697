import { availableParallelism, loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { DESKTOP, PHONE, type Size } from "../browser/browser";
import { Stage } from "../browser/stage";
import { OpenPage } from "./open_page";
import { RUSH_ARTICLES, RUSH_SHOW } from "./rush_show";
import { Shoppers } from "./shoppers";

const CHANGES_PER_SECOND = 500;
/** Who waits for an answer presses nothing: so many are enough for that rate. */
const SHOPPERS = 60;
/**
 * Until then the heap grows by what the browser makes of the scripts: between minutes 1 and 4 of a rush 87 to 124 KB of
 * machine code and bytecode, beside at most 22 KB of all else (heap snapshots of the three pages). It isn't the page's.
 */
const WARM_UP_MS = 180_000;
const TOLD_EVERY_MS = 30_000;
const TABLET: Size = { ...DESKTOP, name: "tablet", width: 1024, height: 768 };

/** What a rush did to the pages that were left open. */
export interface RushReport {
  /** Tasks of more than 100 ms, in all pages. */
  readonly longTasks: number;
  /** Of the page whose heap grew most. */
  readonly heapGrowthPercent: number;
}

/** Leaves one page of each kind open through a rush, and measures what that does to them. */
export async function rush(browser: Browser, minutes: number, tell: (line: string) => void): Promise<RushReport> {
  const stage = await Stage.setShow(browser, RUSH_SHOW, { DROPCAST_LIMITS__PER_TOKEN_PER_SECOND: "0" });
  let shoppers: Shoppers | undefined;
  try {
    await stage.run("start");
    for (const { drop } of RUSH_SHOW.drops) {
      await stage.run(`drops/${drop}/open`);
    }
    const pages = await Promise.all([
      stage.viewer("anna", PHONE).then((window) => OpenPage.watch("viewer", window)),
      stage.host(TABLET).then((window) => OpenPage.watch("host", window)),
      stage.brand(DESKTOP).then((window) => OpenPage.watch("brand", window)),
    ]);
    // Before any of them connects: a server doesn't wait long for a token.
    const tokens = Array.from({ length: SHOPPERS }, (_, place) =>
      stage.server.token("viewer", `shopper-${place}`, ["--show", RUSH_SHOW.show]),
    );
    shoppers = await Shoppers.arrive({
      address: `${stage.server.url.replace("http", "ws")}/v1/ws`,
      show: RUSH_SHOW.show,
      tokens,
      articles: RUSH_ARTICLES,
    });
    shoppers.press(CHANGES_PER_SECOND);
    tell(`the rush is on; measuring starts in ${WARM_UP_MS / 1_000} s`);
    await sleep(WARM_UP_MS);
    return await measure(pages, shoppers, minutes * 60_000, tell);
  } finally {
    shoppers?.leave();
    await stage.close();
  }
}

async function measure(
  pages: readonly OpenPage[],
  shoppers: Shoppers,
  forMs: number,
  tell: (line: string) => void,
): Promise<RushReport> {
  const before = await Promise.all(pages.map((page) => page.heap()));
  const from = await Promise.all(pages.map((page) => page.now()));
  const longTasks = () => Promise.all(pages.map((page, index) => page.longTasks(from[index] ?? 0)));
  const [changesBefore, startedAt] = [shoppers.changes, performance.now()];
  const passed = () => performance.now() - startedAt;
  const perSecond = () => Math.round((1_000 * (shoppers.changes - changesBefore)) / passed());
  while (passed() < forMs) {
    await sleep(Math.min(TOLD_EVERY_MS, forMs - passed()));
    const tooLong = (await longTasks()).flat();
    const seconds = Math.round(passed() / 1_000);
    tell(`${seconds} s, ${perSecond()} stock changes a second, ${tooLong.length} long tasks; ${howBusy()}`);
  }
  const tasks = await longTasks();
  if (perSecond() < 0.98 * CHANGES_PER_SECOND) {
    throw new Error(`the server took only ${perSecond()} stock changes a second, ${shoppers.failures} presses failed`);
  }
  const after = await Promise.all(pages.map((page) => page.heap()));
  const growth = pages.map((page, index) => {
    const [was, is] = [before[index] ?? 0, after[index] ?? 0];
    const percent = 100 * (is / was - 1);
    tell(
      `${page.name}: heap ${megabytes(was)} → ${megabytes(is)} MB, tasks over 100 ms: [${tasks[index]?.join(", ")}]`,
    );
    if (page.errors.length > 0) {
      throw new Error(`the ${page.name} page has errors: ${page.errors.join("; ")}`);
    }
    return percent;
  });
  return { longTasks: tasks.flat().length, heapGrowthPercent: Math.max(...growth) };
}

/** A task also takes long where the machine has others to serve: then its length says nothing about the page. */
function howBusy(): string {
  return `the machine's load is ${loadavg()[0]?.toFixed(1)} on ${availableParallelism()} cores`;
}

function megabytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(2);
}
