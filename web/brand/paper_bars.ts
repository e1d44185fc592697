import type { Sales } from "@dropcast/client";

/** As many bars as can be told apart on paper. */
const BARS_MAX = 120;

/** A bar, and how many watched at most meanwhile. */
export interface PaperBar {
  /** In Unix milliseconds. */
  readonly startsAt: number;
  readonly revenueMinor: number;
  readonly viewers: number;
}

/** What is drawn of a show on paper; the largest are round, and at least 1, so that they can be divided by. */
export interface Paper {
  readonly all: readonly PaperBar[];
  /** How long a bar is: a whole number of the sales' own stretches. */
  readonly stepMs: number;
  readonly from: number;
  readonly to: number;
  readonly revenueMax: number;
  readonly viewersMax: number;
}

/** To a number that is easy to read, at most a fifth more. */
function roundUp(most: number): number {
  const step = Math.max(1, 10 ** Math.floor(Math.log10(most)) / 5);
  return Math.ceil(most / step) * step;
}

/** The whole show in as many bars as paper has room for. */
export function bars({ buckets, bucket_ms }: Sales): Paper {
  const from = buckets[0]?.starts_at ?? 0;
  const to = (buckets.at(-1)?.starts_at ?? 0) + bucket_ms;
  const stepMs = Math.max(1, bucket_ms * Math.ceil((to - from) / bucket_ms / BARS_MAX));
  const found = new Map<number, PaperBar>();
  for (const { starts_at, revenue, viewers } of buckets) {
    const startsAt = from + stepMs * Math.floor((starts_at - from) / stepMs);
    const before = found.get(startsAt) ?? { startsAt, revenueMinor: 0, viewers: 0 };
    found.set(startsAt, {
      startsAt,
      revenueMinor: before.revenueMinor + revenue.amount_minor,
      viewers: Math.max(before.viewers, viewers),
    });
  }
  const all = [...found.values()];
  const most = (value: (bar: PaperBar) => number) => roundUp(Math.max(1, ...all.map(value)));
  return {
    all,
    stepMs,
    from,
    to,
    revenueMax: most((bar) => bar.revenueMinor),
    viewersMax: most((bar) => bar.viewers),
  };
}

/** Bars that follow one another: between them nobody knows how many watched, and a line has a gap. */
export function runs({ all, stepMs }: Pick<Paper, "all" | "stepMs">): readonly (readonly PaperBar[])[] {
  const found: PaperBar[][] = [];
  for (const bar of all) {
    const last = found.at(-1);
    if (last?.at(-1)?.startsAt === bar.startsAt - stepMs) {
      last.push(bar);
    } else {
      found.push([bar]);
    }
  }
  return found;
}
