import type { Numbers } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { styleMap } from "lit/directives/style-map.js";
import { PageElement } from "../shared/element";
import { count, percent } from "../shared/format";
import { base } from "../shared/styles";
import { funnel, type Step } from "./funnel_steps";

/** How many viewers came how far on the way to a purchase, and where most of them were lost. */
@customElement("brand-funnel")
export class BrandFunnel extends PageElement {
  @property({ attribute: false }) numbers!: Numbers;

  static override readonly styles = [
    base,
    css`
      ol { display: grid; gap: var(--space-3); }
      .step { display: grid; gap: var(--space-1); min-height: 3.75rem; align-content: start; }
      .name { font-weight: 600; }
      .bar { height: 0.75rem; border-radius: var(--radius-s); background: var(--sunken); overflow: hidden; }
      .bar span { display: block; height: 100%; min-width: 2px; background: var(--accent); transition: width 300ms; }
      .bar, .bar span { print-color-adjust: exact; }
      .most { color: var(--warn); font-weight: 600; }
      @media print { .step { min-height: 0; } }
      .watched { margin-bottom: var(--space-3); }
      .empty { color: var(--ink-soft); }
    `,
  ];

  override render(): TemplateResult {
    const { numbers } = this;
    return html`
      <p class="small soft figures watched">${this.t.brand.watched(count(numbers.watched))}</p>
      ${
        numbers.saw + numbers.clicked === 0
          ? html`<p class="empty" data-test="funnel-empty">${this.t.brand.funnelEmpty}</p>`
          : html`<ol>${funnel(numbers).map((step) => this.#step(step))}</ol>`
      }
    `;
  }

  #step({ name, viewers, rate, share, lost, losesMost }: Step): TemplateResult {
    const width = styleMap({ width: `${100 * Math.min(1, share ?? 0)}%` });
    return html`<li class="step" data-test="step-${name}">
      <p class="row spread">
        <span class="name">${this.t.brand.steps[name]}</span>
        <span class="figures"><strong>${count(viewers)}</strong>${
          share === null || name === "saw" ? nothing : html` <span class="soft">${percent(share)}</span>`
        }</span>
      </p>
      <div class="bar" aria-hidden="true"><span style=${width}></span></div>
      <p class="row spread small soft figures">
        <span>${rate === null ? nothing : this.t.brand.ofBefore(percent(rate))}</span>
        ${
          losesMost
            ? html`<span class="most" data-test="loses-most">${this.t.brand.losesMost(count(lost))}</span>`
            : nothing
        }
      </p>
    </li>`;
  }
}
