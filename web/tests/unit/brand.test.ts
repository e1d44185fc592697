import { type Client, NOTHING_KNOWN, type Order } from "@dropcast/client";
import type { ReactiveControllerHost } from "lit";
import { afterEach, describe, expect, test, vi } from "vitest";
import { csv } from "../../brand/csv";
import { inMoney } from "../../brand/demand";
import { ageMs, Freshness } from "../../brand/freshness";
import { funnel } from "../../brand/funnel_steps";
import { marks } from "../../brand/marks";
import { rows } from "../../brand/minutes";
import { Pace } from "../../brand/pace";
import { bars, runs } from "../../brand/paper_bars";
import { aroundNow, bestFirst, scarceFirst } from "../../brand/ranking";
import { drop, euro, NUMBERS, skuNumbers } from "./brand_data";

vi.stubGlobal("navigator", { languages: ["en-GB"] });
vi.stubGlobal("document", { documentElement: { lang: "" } });
vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => {} });
const { figuresCsv } = await import("../../brand/figures_csv");
const { salesByDrop } = await import("../../brand/orders");

afterEach(() => {
  vi.useRealTimers();
});

describe("the funnel", () => {
  test("says of each step how many came, and where most were lost", () => {
    const steps = funnel({ saw: 100, clicked: 60, held: 50, bought: 5 });
    expect(steps.map((step) => step.lost)).toEqual([0, 40, 10, 45]);
    expect(steps.map((step) => step.rate)).toEqual([null, 0.6, 50 / 60, 0.1]);
    expect(steps.map((step) => step.share)).toEqual([1, 0.6, 0.5, 0.05]);
    expect(steps.filter((step) => step.losesMost).map((step) => step.name)).toEqual(["bought"]);
  });

  test("loses nobody where nobody came, and where more came than before", () => {
    const empty = funnel({ saw: 0, clicked: 0, held: 0, bought: 0 });
    expect(empty.every((step) => step.rate === null && step.share === null && !step.losesMost)).toBe(true);
    const wider = funnel({ saw: 2, clicked: 3, held: 3, bought: 3 });
    expect(wider.map((step) => step.lost)).toEqual([0, 0, 0, 0]);
    expect(wider[1]?.rate).toBe(1.5);
  });
});

describe("minutes of stock left", () => {
  const minute = 60_000;
  const stock = (sold: number, more = {}) => skuNumbers("hat", { allotted: 100, free: 100 - sold, sold, ...more });

  test("are what is free at the pace of the last minutes", () => {
    const pace = new Pace();
    pace.note([stock(0)], 0);
    expect(pace.minutesLeft(stock(20), 2 * minute)).toBe(8);
    const alsoHeld = skuNumbers("hat", { allotted: 100, free: 60, sold: 20, held: 15, offered: 5 });
    expect(pace.minutesLeft(alsoHeld, 2 * minute)).toBe(3);
  });

  test("are not known before it was watched for a minute, nor where nothing goes", () => {
    const pace = new Pace();
    expect(pace.minutesLeft(stock(10), 0)).toBeNull();
    pace.note([stock(10)], 0);
    expect(pace.minutesLeft(stock(20), minute - 1)).toBeNull();
    expect(pace.minutesLeft(stock(20), minute)).toBe(8);
    expect(pace.minutesLeft(stock(10), 5 * minute)).toBeNull();
    expect(pace.minutesLeft(stock(8), 5 * minute)).toBeNull();
  });

  test("forget what is long ago", () => {
    const pace = new Pace();
    pace.note([stock(0)], 0);
    pace.note([stock(50)], minute);
    for (let at = 2; at <= 20; at += 1) {
      pace.note([stock(50)], at * minute);
    }
    expect(pace.minutesLeft(stock(50), 20 * minute)).toBeNull();
  });

  test("are none where nothing is left, and not known of what is new", () => {
    const pace = new Pace();
    expect(pace.minutesLeft(stock(100), 0)).toBe(0);
    pace.note([], 0);
    pace.note([stock(5)], 2 * minute);
    expect(pace.minutesLeft(stock(5), 2 * minute)).toBeNull();
  });
});

describe("demand in money", () => {
  test("is known where all that was on sale had one price", () =>
    expect(inMoney(3, [drop("a", 1, 2, [500]), drop("later", null, null, [9_900])])).toEqual({
      from: 1_500,
      to: 1_500,
    }));
  test("is between the lowest and the highest price otherwise", () =>
    expect(inMoney(2, [drop("a", 1, 2, [500, 700]), drop("b", 3, null, [300])])).toEqual({ from: 600, to: 1_400 }));
  test("is not known where nothing was on sale", () => expect(inMoney(2, [drop("a", null, null, [500])])).toBeNull());
});

describe("drops on the time axis", () => {
  const at = (unixMs: number) => unixMs;
  const axis = { width: 400, room: 400 };
  const placed = (...times: [number, number | null][]) =>
    marks(
      times.map(([opened, closed], place) => drop(`drop-${place}`, opened, closed)),
      axis,
      390,
      at,
    );

  test("stand where they opened, as wide as they were open", () => {
    expect(placed([100, 160], [200, null]).map(({ left, width }) => [left, width])).toEqual([
      [100, 60],
      [200, 190],
    ]);
    expect(marks([drop("planned", null, null)], axis, 390, at)).toEqual([]);
  });

  test("are cut at the edge, and left out beyond it", () => {
    expect(placed([-50, 20]).map(({ left, width }) => [left, width])).toEqual([[0, 20]]);
    expect(placed([-50, -20], [401, null])).toEqual([]);
  });

  test("have names that don't cover each other, in two rows", () => {
    const found = placed([0, 10], [20, 30], [100, 110], [110, 120], [390, null]);
    expect(found.map(({ row, nameWidth }) => [row, nameWidth])).toEqual([
      [0, 96],
      [1, 86],
      [0, 150],
      [1, 150],
      [0, 0],
    ]);
  });

  test("have names that reach beyond the axis where there is room", () =>
    expect(marks([drop("late", 390, null)], { width: 400, room: 448 }, 400, at)[0]?.nameWidth).toBe(58));

  test("have no name where both rows are taken", () =>
    expect(placed([0, 1], [1, 2], [2, 3]).map(({ nameWidth }) => nameWidth > 0)).toEqual([true, true, false]));
});

describe("sales over time", () => {
  const bucket = (starts_at: number, minor: number, viewers: number) => ({
    starts_at,
    units: 2,
    orders: 1,
    revenue: euro(minor),
    viewers,
  });

  test("as a table have a row a minute, with the drops that opened in it", () => {
    const buckets = [bucket(60_000, 100, 5), bucket(70_000, 200, 7), bucket(180_000, 0, 3)];
    const opened = drop("a", 75_000, null);
    expect(rows({ bucket_ms: 10_000, buckets }, [opened, drop("planned", null, null)])).toEqual([
      { startsAt: 60_000, revenueMinor: 300, units: 4, orders: 2, viewers: 7, drops: [opened] },
      { startsAt: 180_000, revenueMinor: 0, units: 2, orders: 1, viewers: 3, drops: [] },
    ]);
  });

  test("of a long show have longer rows", () => {
    const hours = Array.from({ length: 180 }, (_, minute) => bucket(minute * 60_000, 100, 1));
    const found = rows({ bucket_ms: 10_000, buckets: hours }, []);
    expect(found).toHaveLength(36);
    expect(found[0]?.revenueMinor).toBe(500);
    expect(rows({ bucket_ms: 10_000, buckets: [] }, [])).toEqual([]);
  });

  test("on paper are bars that add up to the same", () => {
    const buckets = Array.from({ length: 500 }, (_, place) => bucket(1_000 + place * 10_000, 100, place));
    const paper = bars({ bucket_ms: 10_000, buckets });
    expect([paper.all.length, paper.stepMs, paper.from, paper.to]).toEqual([100, 50_000, 1_000, 5_001_000]);
    expect(paper.all.reduce((sum, bar) => sum + bar.revenueMinor, 0)).toBe(50_000);
    expect([paper.revenueMax, paper.viewersMax]).toEqual([500, 500]);
    const gap = bars({ bucket_ms: 10_000, buckets: [bucket(0, 1, 1), bucket(10_000, 1, 1), bucket(40_000, 1, 1)] });
    expect(runs(gap).map((run) => run.length)).toEqual([2, 1]);
    expect(bars({ bucket_ms: 10_000, buckets: [] })).toMatchObject({ all: [], revenueMax: 1, viewersMax: 1 });
  });
});

test("what each drop sold is added up from its orders", () => {
  const order = (of: string, minor: number, quantity: number, besides: number[] = []): Order => ({
    order: 1,
    reservation: 1,
    drop: of,
    sku: "hat",
    quantity,
    total: euro(minor),
    state: "paid",
    placed_at: 0,
    with: besides.map((units) => ({ sku: "scarf", quantity: units, unit_price: euro(1) })),
  });
  const found = salesByDrop([order("a", 500, 1), order("b", 300, 2), order("a", 900, 1, [2])]);
  expect(Object.fromEntries(found)).toEqual({
    a: { orders: 2, units: 4, revenueMinor: 1_400 },
    b: { orders: 1, units: 2, revenueMinor: 300 },
  });
});

test("best sellers come first by units, what runs out first by its minutes", () => {
  const skus = [
    skuNumbers("gone", { free: 0, sold: 9 }),
    skuNumbers("slow", { free: 5, sold: 1 }),
    skuNumbers("dear", { free: 7, sold: 4, revenue: euro(900) }),
    skuNumbers("cheap", { free: 3, sold: 4, revenue: euro(100) }),
  ];
  const names = (found: readonly { sku: string }[]) => found.map((one) => one.sku);
  expect(names(bestFirst(skus))).toEqual(["gone", "dear", "cheap", "slow"]);
  const minutes: Record<string, number> = { dear: 2, slow: 30 };
  expect(names(scarceFirst(skus, ({ sku }) => minutes[sku] ?? null))).toEqual(["dear", "slow", "cheap", "gone"]);
});

test("of a long run of show, what is open and what is next to it is shown, in its order", () => {
  const over = [1, 2, 3, 4].map((one) => drop(`over-${one}`, one, one + 1));
  const planned = [1, 2, 3, 4].map((one) => drop(`next-${one}`, null, null));
  const run = [...over, drop("open", 5, null), ...planned];
  const shown = ["over-3", "over-4", "open", "next-1", "next-2"];
  expect(aroundNow(run).map((one) => one.drop)).toEqual(shown);
});

describe("comma-separated values", () => {
  test("are quoted where they have to be", () =>
    expect(
      csv([
        ["a", 'b"c', "d,e", "f\ng"],
        [1, -2.5],
      ]),
    ).toBe('a,"b""c","d,e","f\ng"\r\n1,-2.5\r\n'));
  test.each(["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "  =1+1", "＝1", "\u0000=1"])("%j is a text", (formula) =>
    expect(csv([[formula]])).toBe(`"'${formula}"\r\n`),
  );

  test("are the figures of each SKU", () => {
    const skus = [
      skuNumbers("hat", { allotted: 9, sold: 4, held: 1, offered: 1, free: 3, waiting: 2, revenue: euro(7_990) }),
      skuNumbers("gone", { revenue: { amount_minor: 500, currency: "JPY" } }),
    ];
    const variants = [{ sku: "hat", title: { en: "Red, warm" }, list_price: euro(2_000) }];
    const products = [{ product: "hat", title: { en: "=Hat" }, description: {}, picture: "", variants }];
    expect(figuresCsv({ ...NOTHING_KNOWN, products, numbers: { ...NUMBERS, skus } }).split("\r\n")).toEqual([
      "sku,product,variant,allotted,sold,held,offered,left,waiting,sold_elsewhere,revenue,currency",
      `hat,"'=Hat","Red, warm",9,4,1,1,3,2,0,79.90,EUR`,
      "gone,,,0,0,0,0,0,0,0,500,JPY",
      "",
    ]);
  });
});

test("numbers are old once the connection is lost or silent", () => {
  expect(ageMs(10_000, 11_000, true)).toBeNull();
  expect(ageMs(10_000, 12_000, true)).toBe(2_000);
  expect(ageMs(10_000, 10_000, false)).toBe(0);
  expect(ageMs(10_000, 9_000, false)).toBe(0);
});

test("numbers grow old also while a laptop's clock is set back", () => {
  vi.useFakeTimers({ now: 1_700_000_000_000 });
  const host = { addController: () => {} } as unknown as ReactiveControllerHost;
  const client = { on: () => {}, status: { phase: "connected" } } as unknown as Client;
  const freshness = new Freshness(host, client);
  expect(freshness.staleS).toBeNull();
  vi.setSystemTime(Date.now() - 3_600_000);
  vi.advanceTimersByTime(5_000);
  expect(freshness.staleS).toBe(5);
});
