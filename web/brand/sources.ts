import type { Numbers } from "@dropcast/client";
import { html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { PageElement } from "../shared/element";
import { base } from "../shared/styles";
import { shareList, shares } from "./shares";

/** As many sources as are shown one by one. */
const SHOWN_MAX = 8;

/** Where viewers came from, the largest source first. */
@customElement("brand-sources")
export class BrandSources extends PageElement {
  @property({ attribute: false }) numbers!: Numbers;

  static override readonly styles = [base, shares];

  override render(): TemplateResult {
    const { sources, watched } = this.numbers;
    if (sources.length === 0) {
      return html`<p class="soft">${this.t.brand.sourcesEmpty}</p>`;
    }
    const shown = sources
      .slice(0, SHOWN_MAX)
      .map(({ source, viewers }) => ({ name: "source", label: source, value: viewers }));
    const known = shown.reduce((sum, one) => sum + one.value, 0);
    const rest = { name: "source-unknown", label: this.t.brand.sourceUnknown, value: Math.max(0, watched - known) };
    return shareList(rest.value > 0 ? [...shown, rest] : shown);
  }
}
