import { expect, test } from "vitest";
import { columns, hasBegun, untilEnd } from "../../brand/series";

const bucket = (starts_at: number, amount_minor: number, viewers: number) => ({
  starts_at,
  units: 1,
  orders: 1,
  revenue: { amount_minor, currency: "EUR" },
  viewers,
});

test("buckets that were left out are zero revenue and unknown viewers", () => {
  const buckets = [bucket(10_000, 500, 3), bucket(25_000, 700, 4)];
  expect(columns({ bucket_ms: 5_000, buckets })).toEqual([
    [5, 10, 15, 20, 25],
    [0, 500, 0, 0, 700],
    [null, 3, null, null, 4],
  ]);
});

test("a long show is drawn from its end", () => {
  const buckets = [bucket(0, 1, 1), bucket(100_000_000, 2, 2)];
  const [times] = columns({ bucket_ms: 5_000, buckets });
  expect(times).toHaveLength(2_000);
  expect(times.at(-1)).toBe(100_000);
});

test("no sales are no points", () => {
  expect(columns({ bucket_ms: 5_000, buckets: [] })).toEqual([[], [], []]);
});

test("there is nothing to draw before somebody watches or buys", () => {
  const empty = { ...bucket(0, 0, 0), units: 0, orders: 0 };
  expect(hasBegun({ bucket_ms: 5_000, buckets: [empty] })).toBe(false);
  expect(hasBegun({ bucket_ms: 5_000, buckets: [empty, { ...empty, viewers: 1 }] })).toBe(true);
  expect(hasBegun({ bucket_ms: 5_000, buckets: [empty, { ...empty, orders: 1 }] })).toBe(true);
});

test("what came after the end of a show is not drawn, unless it was sold then", () => {
  const looked = { ...bucket(30_000, 0, 2), units: 0, orders: 0 };
  const sales = {
    bucket_ms: 10_000,
    buckets: [bucket(10_000, 5, 3), bucket(20_000, 5, 0), looked, bucket(40_000, 7, 0)],
  };
  expect(untilEnd(sales, null)).toBe(sales);
  expect(untilEnd(sales, 15_000).buckets.map((one) => one.starts_at)).toEqual([10_000, 20_000, 40_000]);
});
