import type { Drop } from "@dropcast/client";

/** Amounts in minor units; both are the same where the amount is known. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * What units that were asked for in vain would have brought. It is counted how many they were, not which: known where
 * all that was on sale had one price, else between the lowest and the highest. `null` where nothing was on sale.
 */
export function inMoney(units: number, drops: readonly Drop[]): Range | null {
  const onSale = drops.filter((drop) => drop.opened_at !== null);
  const prices = onSale.flatMap((drop) => drop.items.map((item) => item.price.amount_minor));
  return prices.length === 0 ? null : { from: units * Math.min(...prices), to: units * Math.max(...prices) };
}
