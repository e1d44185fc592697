import type { Product, State, Variant } from "@dropcast/client";
import { nameInLanguage } from "./language";

/** A SKU with the product that it is a variant of. */
export interface Article {
  readonly product: Product;
  readonly variant: Variant;
}

/** `undefined` when the catalogue doesn't have it (yet). */
export function article(state: State, sku: string): Article | undefined {
  for (const product of state.products) {
    const variant = product.variants.find((one) => one.sku === sku);
    if (variant) {
      return { product, variant };
    }
  }
  return undefined;
}

/** A SKU's name for people: its product, and what tells the variant from the others. */
export function articleName(state: State, sku: string): string {
  const found = article(state, sku);
  if (!found) {
    return sku;
  }
  return [nameInLanguage(found.product.title), nameInLanguage(found.variant.title)].filter(Boolean).join(", ");
}
