import type { Money, State } from "@dropcast/client";
import { article } from "../shared/catalogue";
import { decimals } from "../shared/currency";
import { inLanguage } from "../shared/language";
import { csv } from "./csv";

const COLUMNS = [
  "sku",
  "product",
  "variant",
  "allotted",
  "sold",
  "held",
  "offered",
  "left",
  "waiting",
  "sold_elsewhere",
  "revenue",
  "currency",
];

/** The figures of each SKU as a table, in the order of their names. */
export function figuresCsv(known: State): string {
  const lines = (known.numbers?.skus ?? []).map((one) => {
    const found = article(known, one.sku);
    const titles = [inLanguage(found?.product.title ?? {}), inLanguage(found?.variant.title ?? {})];
    const units = [one.allotted, one.sold, one.held, one.offered, one.free, one.waiting, one.sold_elsewhere];
    return [one.sku, ...titles, ...units, decimal(one.revenue), one.revenue.currency];
  });
  return csv([COLUMNS, ...lines]);
}

/** An amount as a decimal number of its currency, such as 19.99: a point, no groups. */
function decimal({ amount_minor, currency }: Money): string {
  const digits = decimals(currency);
  const all = String(amount_minor).padStart(digits + 1, "0");
  const whole = all.slice(0, all.length - digits);
  return digits === 0 ? whole : `${whole}.${all.slice(-digits)}`;
}
