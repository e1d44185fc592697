import type { Drop, Reservation, Waiter } from "@dropcast/client";

/** Whether the host took back the opening of a drop in which this was held. */
export function wasUndone({ drop, held_at }: Reservation, drops: readonly Drop[]): boolean {
  return isOfAnotherOpening(drop, held_at, drops);
}

/** Whether the host took back the opening of a drop in whose line this was a place. */
export function lineWasUndone({ drop, joined_at }: Waiter, drops: readonly Drop[]): boolean {
  return isOfAnotherOpening(drop, joined_at, drops);
}

/** A drop that is planned again, or has been opened once more since then. */
function isOfAnotherOpening(name: string, at: number, drops: readonly Drop[]): boolean {
  const drop = drops.find((one) => one.drop === name);
  return drop !== undefined && (drop.opened_at === null || at < drop.opened_at);
}
