import type { Sales } from "@dropcast/client";

/** The most points that are drawn; a longer show is drawn from its end. */
const POINTS_MAX = 2_000;

/** Times in seconds, revenue in minor units, viewers. */
export type Columns = [number[], number[], (number | null)[]];

/**
 * The columns of the chart. Buckets in which nothing was known are left out of the sales: nothing was sold in them, and
 * how many watched is not known, so there the line of viewers has a gap.
 */
export function columns({ buckets, bucket_ms }: Sales): Columns {
  const last = buckets.at(-1);
  if (!last || bucket_ms === 0) {
    return [[], [], []];
  }
  const known = new Map(buckets.map((bucket) => [bucket.starts_at, bucket]));
  // The line starts at zero, one bucket before the first: a single bucket would be a line without a length.
  const start = (buckets[0]?.starts_at ?? 0) - bucket_ms;
  const first = Math.max(start, last.starts_at - (POINTS_MAX - 1) * bucket_ms);
  const filled: Columns = [[], [], []];
  for (let startsAt = first; startsAt <= last.starts_at; startsAt += bucket_ms) {
    const bucket = known.get(startsAt);
    filled[0].push(startsAt / 1_000);
    filled[1].push(bucket?.revenue.amount_minor ?? 0);
    filled[2].push(bucket?.viewers ?? null);
  }
  return filled;
}

/** Whether there is something to draw: somebody watched, or something was sold. */
export function hasBegun({ buckets }: Sales): boolean {
  return buckets.some((bucket) => bucket.viewers > 0 || bucket.orders > 0);
}

/** Sales without what came after the show: who looks at it later is no viewer of it, but what was held can be paid. */
export function untilEnd(sales: Sales, endedAt: number | null): Sales {
  if (endedAt === null) {
    return sales;
  }
  const buckets = sales.buckets.filter((bucket) => bucket.starts_at <= endedAt || bucket.orders > 0);
  return { ...sales, buckets };
}
