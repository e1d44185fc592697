import type { Drop, State } from "@dropcast/client";

/** What a drop has sold. */
export interface Sold {
  readonly units: number;
  /** Whether they are its own: the numbers count per SKU, so drops that sell the same SKU share what was sold of it. */
  readonly isItsOwn: boolean;
}

/** A SKU that several drops sell is one drop's own as long as no other of them was ever open. */
export function soldIn(drop: Drop, known: State): Sold {
  if (drop.opened_at === null) {
    return { units: 0, isItsOwn: true };
  }
  const skus = new Set(drop.items.map((item) => item.sku));
  const numbers = known.numbers?.skus.filter((one) => skus.has(one.sku)) ?? [];
  const others = known.drops.filter((other) => other.drop !== drop.drop && other.opened_at !== null);
  return {
    units: numbers.reduce((sum, one) => sum + one.sold, 0),
    isItsOwn: !others.some((other) => other.items.some((item) => skus.has(item.sku))),
  };
}
