import type { Outcome, Refusal } from "@dropcast/client";
import type { Text } from "../shared/texts/en";

/** What a viewer is told about the end of a command. */
export interface Told {
  readonly tone: "good" | "warn" | "bad";
  readonly text: string;
  /** When it is over, in Unix milliseconds by the server's clock; the text ends so that what is left can follow it. */
  readonly until?: number;
}

/** Refusals that tell what the viewer may have, not that something went wrong. */
const LIMITS: ReadonlySet<Refusal["code"]> = new Set([
  "limit_reached",
  "show_limit_reached",
  "open_holds_reached",
  "cooling_down",
  "already_waiting",
]);

/** `hasLine`: whether what comes back is offered to who waits in line. */
export function told(outcome: Outcome, t: Text, hasLine = false): Told {
  switch (outcome.kind) {
    case "held":
      return { tone: "good", text: t.answers.held };
    case "sold":
      return { tone: "good", text: t.answers.sold };
    case "released":
    case "done":
      return { tone: "good", text: t.answers.released };
    case "waiter":
      return { tone: "good", text: t.answers.waiting };
    case "unknown":
      return { tone: "warn", text: t.answers.unknown };
    case "problem":
      return { tone: "bad", text: t.answers.other };
    case "refused":
      return refused(outcome.value, t, hasLine);
  }
}

function refused(refusal: Refusal, t: Text, hasLine: boolean): Told {
  const tone = LIMITS.has(refusal.code) ? "warn" : "bad";
  const text = refusalText(refusal, t, hasLine);
  return refusal.ends_at === null ? { tone, text } : { tone, text, until: refusal.ends_at };
}

function refusalText(refusal: Refusal, t: Text, hasLine: boolean): string {
  switch (refusal.code) {
    case "sold_out":
      return hasLine ? t.answers.soldOutLine : t.answers.soldOut;
    case "not_enough":
      return t.answers.notEnough(refusal.available ?? 0);
    case "limit_reached":
      return t.answers.limit(refusal.limit ?? 0);
    case "show_limit_reached":
      return t.answers.showLimit(refusal.limit ?? 0);
    case "open_holds_reached":
      return t.answers.openHolds(refusal.limit ?? 1);
    case "cooling_down":
      return t.answers.coolingDown;
    case "already_waiting":
      return t.answers.alreadyWaiting;
    case "bundle_invalid":
      return t.answers.bundle;
    case "draw_pending":
    case "draw_uncommitted":
      return t.answers.drawPending;
    case "waitlist_off":
      return t.answers.noLine;
    case "waiter_unknown":
    case "waiter_over":
      return t.answers.notWaiting;
    case "extension_over":
      return t.answers.extensionOver;
    case "drop_phase":
      return refusal.drop_phase === "paused" ? t.answers.paused : t.answers.closed;
    case "show_not_live":
    case "show_ended":
      return t.answers.showNotLive;
    case "reservation_unknown":
    case "reservation_state":
      return t.answers.notHeld;
    default:
      return t.answers.other;
  }
}
