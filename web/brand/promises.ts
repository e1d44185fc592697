import type { Numbers } from "@dropcast/client";
import { count } from "../shared/format";
import type { Text } from "../shared/texts/en";

/** What the brand must know of promises that could not be kept; `null` when all were. */
export function promisesBrokenText(numbers: Numbers, t: Text): string | null {
  const broken = numbers.promises_broken;
  return broken === 0 ? null : t.promisesBroken(broken, count(broken));
}

/** What the brand must know of units that were held and had to be taken back; `null` when none were. */
export function shortfallText({ units_short: units }: Numbers, t: Text): string | null {
  return units === 0 ? null : t.brand.shortfall(units, count(units));
}
