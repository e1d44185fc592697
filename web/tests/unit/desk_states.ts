import { type Command, type Drop, NOTHING_KNOWN, type Numbers, type Show, type State } from "@dropcast/client";
import { DROP, PUBLIC } from "../../client/test/examples";
import { euro, NUMBERS } from "./brand_data";

export const SHOW_LIVE: Show = { ...PUBLIC.show, phase: "live" };

/** A drop that waits and sells the SKUs, one unit of each. */
export function planned(drop: string, place: number, skus: readonly string[], more: Partial<Drop> = {}): Drop {
  const items = skus.map((sku) => {
    const cents = euro(1_000);
    return { sku, price: cents, list_price: cents, available: 1, waiting: 0, next_place: null };
  });
  const times = { opens_at: null, opened_at: null, closes_at: null, closed_at: null, undo_until: null };
  return { ...DROP, ...times, closed_reason: "unspecified", drop, place, phase: "planned", items, ...more };
}

/** The same drop, opened at that moment. */
export function opened(drop: Drop, at: number, more: Partial<Drop> = {}): Drop {
  return { ...drop, phase: "open", opened_at: at, undo_until: at + 10_000, ...more };
}

/** A live show with these drops; `counts` are units of a SKU by its name. */
export function live(
  drops: readonly Drop[],
  counts: Record<string, { sold?: number; held?: number; offered?: number }> = {},
  more: Partial<Numbers> = {},
): State {
  const skus = Object.entries(counts).map(([sku, { sold = 0, held = 0, offered = 0 }]) => {
    return { sku, allotted: 9, free: 9, held, sold, revenue: euro(0), offered, waiting: 0, sold_elsewhere: 0 };
  });
  return { ...NOTHING_KNOWN, show: SHOW_LIVE, drops, numbers: { ...NUMBERS, skus, ...more } };
}

/** An unanswered command about a drop. */
export function asked(kind: "open_drop" | "undo_drop" | "pause_drop", drop: string): Command {
  return { kind, value: { key: `${kind} ${drop}`, attempt: null, drop } };
}
