import type { Drop, Numbers, SkuNumbers } from "@dropcast/client";

/** What the tests of the brand's page are about, and nothing besides. */
export const euro = (amount_minor: number) => ({ amount_minor, currency: "EUR" });

export const NUMBERS: Numbers = {
  viewers: 0,
  viewers_peak: 0,
  clicks: 0,
  refused: 0,
  units_allotted: 0,
  units_held: 0,
  units_sold: 0,
  orders: 0,
  orders_paid: 0,
  revenue: euro(0),
  skus: [],
  promises_broken: 0,
  units_offered: 0,
  waiting: 0,
  units_sold_elsewhere: 0,
  units_short: 0,
  watched: 0,
  saw: 0,
  clicked: 0,
  held: 0,
  bought: 0,
  turned_away: null,
  sources: [],
};

export function skuNumbers(sku: string, known: Partial<SkuNumbers>): SkuNumbers {
  const none = { allotted: 0, free: 0, held: 0, sold: 0, offered: 0, waiting: 0, sold_elsewhere: 0 };
  return { sku, ...none, revenue: euro(0), ...known };
}

/** A drop that opened and closed at these moments, and sold at these prices. */
export function drop(name: string, opened_at: number | null, closed_at: number | null, prices: number[] = []): Drop {
  const items = prices.map((minor, place) => ({
    sku: `${name}-${place}`,
    price: euro(minor),
    list_price: euro(minor),
    available: 0,
    waiting: 0,
    next_place: null,
  }));
  return {
    drop: name,
    place: 0,
    title: { en: name },
    phase: opened_at === null ? "planned" : closed_at === null ? "open" : "closed",
    items,
    limit_per_viewer: 1,
    hold_ttl_ms: 60_000,
    opens_at: null,
    opened_at,
    closes_at: null,
    closed_at,
    closed_reason: closed_at === null ? "unspecified" : "host",
    duration_ms: null,
    close_when_sold_out: false,
    shared_cap: null,
    fairness: "first_come",
    entry_ms: null,
    entries_close_at: null,
    commitment: null,
    lots: null,
    waitlist: "off",
    offer_ttl_ms: 60_000,
    undo_until: null,
  };
}
