import type { State, WantedLine } from "@dropcast/client";
import { articleName } from "./catalogue";

/** What is held, bought or was promised: one SKU, or several as a bundle. */
interface Several {
  readonly sku: string;
  readonly quantity: number;
  readonly with: readonly WantedLine[];
}

/** All SKUs of it. */
export function linesOf({ sku, quantity, with: others }: Several): readonly WantedLine[] {
  return [{ sku, quantity }, ...others];
}

/** How many units it is in all. */
export function unitsOf(one: Several): number {
  return linesOf(one).reduce((sum, line) => sum + line.quantity, 0);
}

/** What it is, for people: such as `2 × Scarf, red + Hat`. */
export function linesName(known: State, one: Several): string {
  const named = linesOf(one).map(({ sku, quantity }) => {
    const name = articleName(known, sku);
    return quantity > 1 ? `${quantity} × ${name}` : name;
  });
  return named.join(" + ");
}
