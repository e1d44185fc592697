import { html, type TemplateResult } from "lit";
import type { Text } from "../shared/texts/en";

/** The dashboard before its first numbers: everything has its place already. */
export function skeleton(t: Text): TemplateResult {
  const card = (place: string) => html`<section class="card ${place}" aria-hidden="true">
    <div class="bone heading"></div>
    <div class="bone body"></div>
  </section>`;
  return html`
    <header><p class="title soft" role="status">${t.loading}</p></header>
    <main aria-busy="true">
      <brand-figures class="whole"></brand-figures>
      ${card("chart")} ${card("funnel")} ${card("stock")} ${card("")}
    </main>
  `;
}
