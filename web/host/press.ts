import type { Command, Drop, State } from "@dropcast/client";
import { soldIn } from "./sold";

/** What the one big press does now. */
export type Press =
  | { readonly kind: "start" | "starting" }
  | { readonly kind: "open" | "opening"; readonly drop: Drop }
  /** `until` is in Unix milliseconds, by the server's clock. */
  | { readonly kind: "undo" | "undoing"; readonly drop: Drop; readonly until: number }
  /** Every drop has been opened. */
  | { readonly kind: "nothing" }
  | { readonly kind: "ended" };

/**
 * What the big press does, from what is known of the show and what was asked and has no answer yet; `now` is in Unix
 * milliseconds, by the server's clock. Two hosts who know the same have the same press.
 */
export function pressOf(known: State, unanswered: readonly Command[], now: number): Press {
  const phase = known.show?.phase;
  if (phase === "ended") {
    return { kind: "ended" };
  }
  if (phase !== "live") {
    return { kind: unanswered.some((command) => command.kind === "start_show") ? "starting" : "start" };
  }
  const opening = known.drops.find((drop) => drop.phase === "planned" && isAsked(unanswered, "open_drop", drop));
  if (opening) {
    return { kind: "opening", drop: opening };
  }
  return undoOf(known, unanswered, now) ?? openOf(known);
}

/** What a press means, to tell one from another. */
export function meaningOf(press: Press): string {
  return "drop" in press ? `${press.kind} ${press.drop.drop}` : press.kind;
}

/** The drop that is on sale and opened last: the one that keys and the sold-out banner are about. */
export function currentDrop(drops: readonly Drop[]): Drop | undefined {
  return lastOpened(drops.filter(isRunning));
}

/** Of these drops, the one that opened last. */
export function lastOpened(drops: readonly Drop[]): Drop | undefined {
  return drops.reduce<Drop | undefined>(
    (last, drop) => (drop.opened_at !== null && drop.opened_at > (last?.opened_at ?? 0) ? drop : last),
    undefined,
  );
}

/** The next drop in the run of show. */
export function nextDrop(drops: readonly Drop[]): Drop | undefined {
  return drops.find((drop) => drop.phase === "planned");
}

export function isRunning({ phase }: Drop): boolean {
  return phase === "open" || phase === "paused";
}

function undoOf(known: State, unanswered: readonly Command[], now: number): Press | null {
  const drop = currentDrop(known.drops);
  const until = drop?.undo_until ?? null;
  if (!drop || until === null) {
    return null;
  }
  if (isAsked(unanswered, "undo_drop", drop)) {
    return { kind: "undoing", drop, until };
  }
  // Where it can't be known whether the units were sold in this drop, the server decides.
  const sold = soldIn(drop, known);
  const isSold = sold.isItsOwn && sold.units > 0;
  return now < until && !isSold ? { kind: "undo", drop, until } : null;
}

function openOf({ drops }: State): Press {
  const drop = nextDrop(drops);
  return drop ? { kind: "open", drop } : { kind: "nothing" };
}

function isAsked(unanswered: readonly Command[], kind: "open_drop" | "undo_drop", { drop }: Drop): boolean {
  return unanswered.some((command) => command.kind === kind && command.value.drop === drop);
}
