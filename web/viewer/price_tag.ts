import type { Money } from "@dropcast/client";
import { html, nothing, type TemplateResult } from "lit";
import { price } from "../shared/format";
import type { Text } from "../shared/texts/en";

/** What it costs, and what it costs otherwise, struck through, where that is more. */
export function priceTag(now: Money, list: Money, t: Text): TemplateResult {
  const isLower = now.amount_minor < list.amount_minor;
  return html`<span class="price">${price(now)}</span>
    ${isLower ? html`<s><span class="unseen">${t.listPrice("")}</span>${price(list)}</s>` : nothing}`;
}
