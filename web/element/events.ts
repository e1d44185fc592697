import type { Command, Money, Outcome } from "@dropcast/client";
import { linesOf } from "../shared/lines";

/** A SKU and how many of it. */
interface Line {
  readonly sku: string;
  readonly quantity: number;
}

/** What a shop's page is told, by the event's name. Times are Unix milliseconds, amounts in the currency's minor unit. */
export interface LiveShowEvents {
  /** Something is held for the viewer until `expires_at`. */
  held: { reservation: number; drop: string; lines: readonly Line[]; total: Money; expires_at: number };
  /** It is paid for, and is the viewer's. */
  sold: { order: number; reservation: number; drop: string; lines: readonly Line[]; total: Money };
  /** The rules turned a press down; `code` says why. */
  refused: { code: string; command: string };
  /** The show is a draft, live or ended: told at first, and whenever it changes. */
  phase: { phase: string };
  /** The viewer pressed something that takes a token (`buy`), the show is watched with one (`watch`), or it has ended. */
  "signin-needed": { reason: "buy" | "watch" | "expired"; drop: string | null; sku: string | null };
}

type Event = { [K in keyof LiveShowEvents]: { name: K; detail: LiveShowEvents[K] } }[keyof LiveShowEvents];

/** What the end of a command is for a shop; `null`: nothing. */
export function eventOf(command: Command, outcome: Outcome): Event | null {
  switch (outcome.kind) {
    case "held": {
      const { reservation, drop, total, expires_at } = outcome.value;
      return { name: "held", detail: { reservation, drop, lines: plain(outcome.value), total, expires_at } };
    }
    case "sold": {
      const { reservation, drop, total } = outcome.value.reservation;
      const { order } = outcome.value.order;
      return {
        name: "sold",
        detail: { order, reservation, drop, lines: plain(outcome.value.reservation), total },
      };
    }
    case "refused":
      return { name: "refused", detail: { code: outcome.value.code, command: command.kind } };
    default:
      return null;
  }
}

function plain(all: Parameters<typeof linesOf>[0]): Line[] {
  return linesOf(all).map(({ sku, quantity }) => ({ sku, quantity }));
}
