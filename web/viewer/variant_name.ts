import type { Drop, State } from "@dropcast/client";
import { article } from "../shared/catalogue";
import { nameInLanguage } from "../shared/language";

/** A SKU's name beside the others of its drop: a drop of one product needs only what tells its variants apart. */
export function variantName({ items }: Drop, sku: string, known: State): string {
  const found = article(known, sku);
  const variant = nameInLanguage(found?.variant.title ?? {});
  const products = new Set(items.map((one) => article(known, one.sku)?.product.product));
  const product = products.size > 1 || variant === "" ? nameInLanguage(found?.product.title ?? {}) : "";
  return [product, variant].filter(Boolean).join(", ") || sku;
}
