import type { Outcome, Refusal } from "@dropcast/client";
import type { Text } from "../shared/texts/en";

/** What a viewer is told about the end of a command. */
export interface Told {
  readonly tone: "good" | "warn" | "bad";
  readonly text: string;
}

export function told(outcome: Outcome, t: Text): Told {
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
      return { tone: outcome.value.code === "limit_reached" ? "warn" : "bad", text: refusalText(outcome.value, t) };
  }
}

function refusalText(refusal: Refusal, t: Text): string {
  switch (refusal.code) {
    case "sold_out":
      return t.answers.soldOut;
    case "not_enough":
      return t.answers.notEnough(refusal.available ?? 0);
    case "limit_reached":
      return t.answers.limit(refusal.limit ?? 0);
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
