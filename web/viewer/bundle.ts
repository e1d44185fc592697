import type { Drop, DropItem, Product, State } from "@dropcast/client";
import { article } from "../shared/catalogue";

/** The most SKUs that are held together. */
const LINES_MAX = 10;

/** A product, and what can be taken of it now. */
export interface Choice {
  readonly product: Product;
  readonly items: readonly DropItem[];
}

/** The products of a drop of which something is left, in its order. */
export function choicesOf(drop: Drop, known: State): readonly Choice[] {
  const products = new Map<Product, DropItem[]>();
  for (const item of drop.items.filter((one) => one.available > 0)) {
    const product = article(known, item.sku)?.product;
    if (product) {
      products.set(product, [...(products.get(product) ?? []), item]);
    }
  }
  return [...products].map(([product, items]) => ({ product, items }));
}

/** How many products one viewer may take together at most. */
export function togetherMax({ limit_per_viewer, shared_cap }: Drop): number {
  return Math.min(LINES_MAX, limit_per_viewer, shared_cap ?? LINES_MAX);
}
