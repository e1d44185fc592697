import { svg, type TemplateResult } from "lit";

const icon = (path: TemplateResult, look = ""): TemplateResult => svg`<svg class=${look} width="20" height="20"
  viewBox="0 0 20 20" fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"
  aria-hidden="true">${path}</svg>`;

/** Points along the text: the other way where that runs from right to left. */
const pointing = (path: TemplateResult): TemplateResult => icon(path, "pointing");

/** Drawn for these pages; each takes the colour of the text beside it. */
export const icons = {
  eye: icon(
    svg`<path d="M1.8 10S4.8 4.4 10 4.4 18.2 10 18.2 10 15.2 15.6 10 15.6 1.8 10 1.8 10Z"/>
      <circle cx="10" cy="10" r="2.4"/>`,
  ),
  clock: icon(svg`<circle cx="10" cy="10" r="7.4"/><path d="M10 5.8V10l2.8 1.8"/>`),
  check: icon(svg`<path d="m4.2 10.6 3.8 3.8 7.8-8.6"/>`),
  close: icon(svg`<path d="m5 5 10 10M15 5 5 15"/>`),
  chevron: pointing(svg`<path d="m7.8 4.8 5 5.2-5 5.2"/>`),
  bag: icon(svg`<path d="M4.2 6.8h11.6l.9 10.4H3.3l.9-10.4Z"/><path d="M7 6.8V6a3 3 0 0 1 6 0v.8"/>`),
  box: icon(svg`<path d="M3 6.4 10 2.8l7 3.6v7.2l-7 3.6-7-3.6V6.4Z"/><path d="m3 6.4 7 3.6 7-3.6M10 10v7.2"/>`),
  back: pointing(svg`<path d="M7 4.6 3.4 8.2 7 11.8"/><path d="M3.8 8.2h7.6a4.2 4.2 0 0 1 0 8.4H8"/>`),
  bolt: icon(svg`<path d="M11.2 2.2 4.4 11.4h4.8l-.6 6.4 7-9.4h-4.8l.4-6.2Z"/>`),
  pause: icon(svg`<path d="M7 4.6v10.8M13 4.6v10.8"/>`),
  play: icon(svg`<path d="M6.2 4.2v11.6l9.4-5.8-9.4-5.8Z"/>`),
  minus: icon(svg`<path d="M4.2 10h11.6"/>`),
  plus: icon(svg`<path d="M10 4.2v11.6M4.2 10h11.6"/>`),
  stop: icon(svg`<rect x="4.8" y="4.8" width="10.4" height="10.4" rx="1.6"/>`),
  warning: icon(svg`<path d="M10 3.2 18 16.8H2L10 3.2Z"/><path d="M10 8.2v3.6M10 14.3v.1"/>`),
  offline: icon(
    svg`<path d="M2.4 7.4a11 11 0 0 1 4-2.4M10 4.4c2.9 0 5.5 1.1 7.6 3M5.4 10.8A6.6 6.6 0 0 1 9 9"/>
      <path d="M14.6 10.8l-.5-.4M8 14.2a2.9 2.9 0 0 1 4 0M3.4 2.8l13.2 14.4"/>`,
  ),
  globe: icon(
    svg`<circle cx="10" cy="10" r="7.4"/>
      <path d="M2.8 10h14.4M10 2.6c2.2 2.2 3.2 4.7 3.2 7.4s-1 5.2-3.2 7.4c-2.2-2.2-3.2-4.7-3.2-7.4s1-5.2 3.2-7.4Z"/>`,
  ),
  sound: icon(
    svg`<path d="M3 7.8v4.4h3l4 3.4V4.4l-4 3.4H3Z"/><path d="M13 7.4a3.6 3.6 0 0 1 0 5.2M15.2 5a7 7 0 0 1 0 10"/>`,
  ),
  silent: icon(svg`<path d="M3 7.8v4.4h3l4 3.4V4.4l-4 3.4H3Z"/><path d="m13 8 4 4M17 8l-4 4"/>`),
  chart: icon(svg`<path d="M3 16.8h14M5.4 13.6V9.8M10 13.6V4.6M14.6 13.6V7.4"/>`),
} as const;
