import type { Drop, Sales } from "@dropcast/client";

/** How long a row may be; the shortest is taken with which there are not too many. */
const STEPS_MS = [60_000, 120_000, 300_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000];
const ROWS_MAX = 40;

/** What happened in one stretch of time. */
export interface Row {
  /** In Unix milliseconds. */
  readonly startsAt: number;
  readonly revenueMinor: number;
  readonly units: number;
  readonly orders: number;
  /** At most. */
  readonly viewers: number;
  /** Opened in it. */
  readonly drops: readonly Drop[];
}

/** The chart for those who don't see it: what was sold and who watched, row by row; empty stretches are left out. */
export function rows(sales: Sales, drops: readonly Drop[]): readonly Row[] {
  const first = sales.buckets[0]?.starts_at ?? 0;
  const last = sales.buckets.at(-1)?.starts_at ?? 0;
  const step = STEPS_MS.find((one) => (last - first) / one < ROWS_MAX) ?? 86_400_000;
  const found = new Map<number, Row>();
  const at = (unixMs: number): Row => {
    const startsAt = unixMs - (unixMs % step);
    return found.get(startsAt) ?? { startsAt, revenueMinor: 0, units: 0, orders: 0, viewers: 0, drops: [] };
  };
  for (const { starts_at, revenue, units, orders, viewers } of sales.buckets) {
    const row = at(starts_at);
    found.set(row.startsAt, {
      ...row,
      revenueMinor: row.revenueMinor + revenue.amount_minor,
      units: row.units + units,
      orders: row.orders + orders,
      viewers: Math.max(row.viewers, viewers),
    });
  }
  for (const drop of drops) {
    if (drop.opened_at !== null) {
      const row = at(drop.opened_at);
      found.set(row.startsAt, { ...row, drops: [...row.drops, drop] });
    }
  }
  return [...found.values()].sort((a, b) => a.startsAt - b.startsAt);
}
