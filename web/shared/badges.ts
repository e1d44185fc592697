import type { Drop, ShowPhase } from "@dropcast/client";
import { html, type TemplateResult } from "lit";
import type { Text } from "./texts/en";

/** What phase a show is in. Looks as the shared styles' `cards` say; so does the next. */
export function showBadge(phase: ShowPhase, t: Text): TemplateResult {
  const label = { live: t.live, ended: t.ended, draft: t.draft, unspecified: t.draft }[phase];
  return html`<span class="badge ${phase === "live" ? "live" : ""}">${label}</span>`;
}

/** What phase a drop is in; of one that is over, why. */
export function dropBadge({ phase, closed_reason }: Drop, t: Text): TemplateResult {
  switch (phase) {
    case "open":
      return html`<span class="badge live">${t.open}</span>`;
    case "paused":
      return html`<span class="badge warn">${t.paused}</span>`;
    case "closed":
      return closed(closed_reason, t);
    default:
      return html`<span class="badge">${t.planned}</span>`;
  }
}

function closed(reason: Drop["closed_reason"], t: Text): TemplateResult {
  return html`<span class="badge ${reason === "sold_out" ? "good" : ""}">${t.closedBecause[reason]}</span>`;
}
