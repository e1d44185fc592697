import { css, html, type TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";
import { count } from "../shared/format";

/** A part of a whole. */
export interface Share {
  readonly name: string;
  readonly label: string;
  readonly value: number;
}

/** How {@link shareList} looks. */
export const shares = css`
  .shares { display: grid; gap: var(--space-2); }
  .shares li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0 var(--space-3); }
  .shares .label { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .shares .bar {
    grid-column: 1 / -1; height: 0.375rem; border-radius: 999px; background: var(--sunken); overflow: hidden;
  }
  .shares .bar span { display: block; height: 100%; background: var(--ink-soft); transition: width 300ms; }
  .shares :is(.bar, .bar span) { print-color-adjust: exact; }
`;

/** Parts with bars that are as long as the largest one allows. */
export function shareList(parts: readonly Share[]): TemplateResult {
  const most = Math.max(1, ...parts.map((part) => part.value));
  return html`<ul class="shares">
    ${parts.map(
      ({ name, label, value }) => html`<li data-test=${name}>
        <span class="label" title=${label}>${label}</span><span class="figures">${count(value)}</span>
        <div class="bar" aria-hidden="true"><span style=${styleMap({ width: `${(100 * value) / most}%` })}></span></div>
      </li>`,
    )}
  </ul>`;
}
