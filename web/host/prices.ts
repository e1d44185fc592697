import type { Drop } from "@dropcast/client";
import { price } from "../shared/format";
import type { Text } from "../shared/texts/en";

/** What a drop costs: its price, or the lowest of several. */
export function priceOf({ items }: Drop, t: Text): string {
  const prices = items.map((item) => item.price).sort((a, b) => a.amount_minor - b.amount_minor);
  const [lowest] = prices;
  if (!lowest) {
    return "";
  }
  return lowest.amount_minor === prices.at(-1)?.amount_minor ? price(lowest) : t.desk.from(price(lowest));
}
