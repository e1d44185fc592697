import type { Drop, Waiter } from "./messages.js";

/** A place that is left, closed or served is never waited in again, in whichever order messages arrive. */
export function withWaiter(all: readonly Waiter[], changed: Waiter): readonly Waiter[] {
  const index = all.findIndex((one) => one.waiter === changed.waiter);
  const before = all[index];
  if (!before) {
    return [...all, changed];
  }
  return changed.state === "waiting" && before.state !== "waiting"
    ? all
    : all.with(index, { ...changed, ahead: fewest(before.ahead, changed.ahead) });
}

/**
 * Everybody moves up as the stock tells who is next: before a place are at most as many as the places between. That
 * counts who has left since, so the line only ever gets shorter. What stays as it is stays the same object.
 */
export function movedUp(waiters: readonly Waiter[], drops: readonly Drop[]): readonly Waiter[] {
  const moved = waiters.map((waiter) => {
    const ahead = waiter.state === "waiting" ? fewest(waiter.ahead, placesBefore(waiter, drops)) : waiter.ahead;
    return ahead === waiter.ahead ? waiter : { ...waiter, ahead };
  });
  return moved.every((waiter, index) => waiter === waiters[index]) ? waiters : moved;
}

function placesBefore({ drop, sku, place }: Waiter, drops: readonly Drop[]): number | null {
  const item = drops.find((one) => one.drop === drop)?.items.find((one) => one.sku === sku);
  const next = item?.next_place ?? null;
  return place === null || next === null ? null : Math.max(0, place - next);
}

function fewest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
