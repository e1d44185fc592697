import type { BrokenPromise, Drop, DropItem, Reservation, Show, Waiter } from "./messages.js";
import { brokenPromiseId, type State } from "./state.js";

/**
 * What happened in the show. It is found in what changed, so what happened while the connection was lost is told when it
 * is back; what was so when the client first came is not told, but is in its state.
 */
export interface Happenings {
  show_started: (show: Show) => void;
  show_ended: (show: Show) => void;
  drop_opened: (drop: Drop) => void;
  drop_paused: (drop: Drop) => void;
  drop_resumed: (drop: Drop) => void;
  /** Its opening was a mistake: it is planned again. */
  drop_undone: (drop: Drop) => void;
  drop_closed: (drop: Drop) => void;
  /** The last unit of a SKU is held, offered or sold. */
  sold_out: (drop: Drop, item: DropItem) => void;
  /** Units are held for this viewer. */
  held: (reservation: Reservation) => void;
  /** Units came back, and it is this viewer's turn: confirm, or release. */
  offered: (reservation: Reservation) => void;
  sold: (reservation: Reservation) => void;
  released: (reservation: Reservation) => void;
  /** The viewer's time to buy is over. */
  expired: (reservation: Reservation) => void;
  /** The brand took it back, because it was sold elsewhere. */
  revoked: (reservation: Reservation) => void;
  /** The viewer has a place in a line or in a draw. */
  waiting: (waiter: Waiter) => void;
  /** The drop closed before it was this viewer's turn. */
  unserved: (waiter: Waiter) => void;
  /** What was acknowledged to this viewer was lost and could not be made good. */
  promise_broken: (promise: BrokenPromise) => void;
}

type Tell = <H extends keyof Happenings>(happening: H, ...values: Parameters<Happenings[H]>) => void;

/** Tells what happened between two states. */
export function tellHappenings(before: State, after: State, tell: Tell): void {
  tellOfShow(before.show, after.show, tell);
  for (const [was, drop] of changes(before.drops, after.drops, (drop) => drop.drop)) {
    tellOfDrop(was, drop, tell);
  }
  for (const [was, reservation] of changes(before.reservations, after.reservations, (one) => one.reservation)) {
    if (reservation.state !== was?.state && reservation.state !== "unspecified") {
      tell(reservation.state, reservation);
    }
  }
  for (const [was, waiter] of changes(before.waiters, after.waiters, (waiter) => waiter.waiter)) {
    if (waiter.state !== was?.state && (waiter.state === "waiting" || waiter.state === "closed")) {
      tell(waiter.state === "waiting" ? "waiting" : "unserved", waiter);
    }
  }
  for (const [was, promise] of changes(before.brokenPromises, after.brokenPromises, brokenPromiseId)) {
    if (!was) {
      tell("promise_broken", promise);
    }
  }
}

function tellOfShow(was: Show | null, show: Show | null, tell: Tell): void {
  if (show && show.phase !== was?.phase) {
    if (show.phase === "live") {
      tell("show_started", show);
    } else if (show.phase === "ended") {
      tell("show_ended", show);
    }
  }
}

function tellOfDrop(was: Drop | undefined, drop: Drop, tell: Tell): void {
  if (drop.phase === "open" && was?.phase !== "open") {
    tell(was?.phase === "paused" ? "drop_resumed" : "drop_opened", drop);
  }
  const had = new Map(was?.items.map((item) => [item.sku, item.available]));
  for (const item of isSelling(drop) ? drop.items : []) {
    if (item.available === 0 && had.get(item.sku)) {
      tell("sold_out", drop, item);
    }
  }
  if (drop.phase !== was?.phase) {
    if (drop.phase === "paused") {
      tell("drop_paused", drop);
    } else if (drop.phase === "closed") {
      tell("drop_closed", drop);
    } else if (drop.phase === "planned" && was) {
      tell("drop_undone", drop);
    }
  }
}

/** What is left of a drop that closed for another reason was not sold out. */
function isSelling(drop: Drop): boolean {
  return drop.phase === "open" || drop.phase === "paused" || drop.closed_reason === "sold_out";
}

/** What is new or another object, with what it was before. */
function* changes<T>(before: readonly T[], after: readonly T[], id: (one: T) => string | number) {
  if (before !== after) {
    const known = new Map(before.map((one) => [id(one), one]));
    for (const one of after) {
      const was = known.get(id(one));
      if (was !== one) {
        yield [was, one] as const;
      }
    }
  }
}
