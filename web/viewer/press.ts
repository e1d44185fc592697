import type { Drop, DropItem, Reservation, Waiter } from "@dropcast/client";
import { drawStage } from "../shared/draw_stage";

/**
 * What the one button of a drop does: pays what is held or offered, buys, enters the draw or joins the line; or why
 * there is nothing to press: one waits, the lots are being drawn, the drop is paused, or nothing is left.
 */
export type Press = "pay" | "buy" | "enter" | "join" | "wait" | "drawing" | "paused" | "gone";

/** What the viewer has of a drop already. */
export interface Had {
  /** The place in its line or in its draw, while it is waited in. */
  readonly waiter: Waiter | undefined;
  /** What is held or offered of the SKU. */
  readonly held: Reservation | undefined;
}

/** `now` is in Unix milliseconds, by the server's clock. */
export function pressOf(drop: Drop, item: DropItem, now: number, { waiter, held }: Had): Press {
  if (held) {
    return "pay";
  }
  if (waiter && (waiter.place === null || waiter.sku === item.sku)) {
    return "wait";
  }
  if (drop.phase !== "open") {
    return "paused";
  }
  const stage = drawStage(drop, now);
  if (stage === "entries") {
    return "enter";
  }
  if (stage === "pending") {
    return "drawing";
  }
  if (item.available > 0) {
    return "buy";
  }
  // Each viewer has one place in the line of a drop.
  return hasLine(drop) && !waiter ? "join" : "gone";
}

/** Whether what comes back is offered to who waits. */
export function hasLine({ waitlist }: Drop): boolean {
  return waitlist === "ask" || waitlist === "automatic";
}
