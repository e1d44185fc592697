import type { Drop } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { styleMap } from "lit/directives/style-map.js";
import { hour } from "../shared/format";
import { inLanguage } from "../shared/language";
import type { Text } from "../shared/texts/en";
import type { Mark } from "./marks";

/** How {@link drawMarks} looks. */
export const markStyles = css`
  .marks { position: absolute; pointer-events: none; }
  .mark { position: absolute; inset-block: 0; background: color-mix(in srgb, var(--ink) 5%, transparent); }
  .mark::before {
    content: ""; position: absolute; inset-block: 0; left: 0; border-left: 1px dashed var(--ink-soft);
  }
  .flag {
    all: unset; box-sizing: border-box; position: absolute; left: 0; height: 1.25rem; line-height: 1.25rem;
    padding: 0 0.375rem; border-radius: 0.25rem; background: var(--sunken); color: var(--ink); cursor: default;
    font-size: 0.75rem; font-weight: 600; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
    pointer-events: auto;
  }
  .flag:hover, .flag:focus-visible { background: var(--ink); color: var(--paper); }
  .flag:focus-visible { box-shadow: var(--focus); }
  .tip {
    position: absolute; top: 0.25rem; left: 0.25rem; width: max-content; max-width: min(14rem, 44vw);
    padding: var(--space-2); border-radius: var(--radius-s); background: var(--ink);
    color: var(--paper); font-size: var(--text-s); z-index: 2;
    display: none;
  }
  .tip strong { display: block; overflow-wrap: anywhere; }
  .leftwards .tip { left: auto; right: calc(100% + 0.25rem); }
  .flag:hover + .tip, .flag:focus-visible + .tip { display: block; }
`;

interface Area {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** The drops over a plot: from when to when each was open, and its name above. */
export function drawMarks(all: readonly Mark[], area: Area, t: Text): TemplateResult {
  const { left, top, width, height } = area;
  const place = styleMap({ left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
  return html`<div class="marks" style=${place}>${all.map((mark) => drawMark(mark, area.width, t))}</div>`;
}

function drawMark({ drop, left, width, nameWidth, row }: Mark, areaWidth: number, t: Text): TemplateResult {
  const place = styleMap({ left: `${left}px`, width: `${width}px` });
  const look = styleMap({ top: `${-2.75 + row * 1.375}rem`, "max-width": `${nameWidth}px` });
  const title = inLanguage(drop.title);
  return html`<div class="mark ${left > areaWidth / 2 ? "leftwards" : ""}" style=${place}>
    ${
      nameWidth === 0
        ? nothing
        : html`<button class="flag" type="button" style=${look} data-test="mark"
            aria-label="${title}, ${openTime(drop, t)}">${title}</button>`
    }
    <p class="tip" aria-hidden="true"><strong>${title}</strong> ${openTime(drop, t)}</p>
  </div>`;
}

/** From when to when a drop was open; nothing before it opens. */
export function openTime({ opened_at, closed_at }: Drop, t: Text): string {
  if (opened_at === null) {
    return "";
  }
  return closed_at === null
    ? t.brand.openedSince(hour(opened_at))
    : t.brand.openedClosed(hour(opened_at), hour(closed_at));
}
