import type { Drop, SkuNumbers } from "@dropcast/client";

/** So many drops that are over, and so many that come, are shown of a long run of show. */
const OVER_MAX = 2;
const NEXT_MAX = 2;

/** By units sold, then by revenue; the rest stays in its order. */
export function bestFirst(skus: readonly SkuNumbers[]): readonly SkuNumbers[] {
  return skus.toSorted((a, b) => b.sold - a.sold || b.revenue.amount_minor - a.revenue.amount_minor);
}

/** What runs out first, then what nobody knows about, the least left first; what is gone already comes last. */
export function scarceFirst(
  skus: readonly SkuNumbers[],
  minutesLeft: (sku: SkuNumbers) => number | null,
): readonly SkuNumbers[] {
  const urgency = (sku: SkuNumbers) => (sku.free === 0 ? [2, 0] : known(minutesLeft(sku), sku.free));
  const known = (minutes: number | null, free: number) => (minutes === null ? [1, free] : [0, minutes]);
  return skus.toSorted((a, b) => {
    const [ofA = 0, byA = 0] = urgency(a);
    const [ofB = 0, byB = 0] = urgency(b);
    return ofA - ofB || byA - byB;
  });
}

/** Of a long run of show: what is open, what was open before it, and what comes. */
export function aroundNow(drops: readonly Drop[]): readonly Drop[] {
  const isOpen = ({ phase }: Drop) => phase === "open" || phase === "paused";
  const before = drops.filter((drop) => drop.phase === "closed").slice(-OVER_MAX);
  const after = drops.filter((drop) => drop.phase === "planned").slice(0, NEXT_MAX);
  return drops.filter((drop) => isOpen(drop) || before.includes(drop) || after.includes(drop));
}
