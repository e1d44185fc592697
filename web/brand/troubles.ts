import type { Numbers } from "@dropcast/client";
import { html, nothing, type TemplateResult } from "lit";
import { icons } from "../shared/icons";
import type { Text } from "../shared/texts/en";
import { promisesBrokenText, shortfallText } from "./promises";

/** What the brand must not miss: promises that were broken, and units that had to be taken back. */
export function troubles(numbers: Numbers, t: Text): TemplateResult | typeof nothing {
  const found = [
    ["promises-broken", promisesBrokenText(numbers, t)],
    ["shortfall", shortfallText(numbers, t)],
  ].filter(([, text]) => text !== null);
  return found.length === 0
    ? nothing
    : html`${found.map(
        ([name, text]) =>
          html`<p class="note bad whole trouble" role="alert" data-test=${name}>${icons.warning} ${text}</p>`,
      )}`;
}
