/** The longest first wait; it doubles with every failure. */
const BASE_MS = 500;
/** The longest wait that is ever drawn. */
const CAP_MS = 30_000;
/** A server that turns away for its rate limits wants more than a moment's peace. */
const POLICY_WAIT_MS = 10_000;

/** What a close asks of the client. */
export type AfterClose = "come_back" | "new_token" | "stay_away";

/**
 * What to do after a close, by its code. A code that is not known here is taken as an accident of the network.
 *
 * 1000: the server is done with us. 1002, 1003, 1007, 1009: it can't read what this client sends, and wouldn't the next
 * time. 4001: the token is missing or over. 4003: not for this show or role. 4004: there is no such show.
 */
export function afterClose(code: number): AfterClose {
  switch (code) {
    case 1000:
    case 1002:
    case 1003:
    case 1007:
    case 1009:
    case 4003:
    case 4004:
      return "stay_away";
    case 4001:
      return "new_token";
    default:
      return "come_back";
  }
}

/**
 * How long to wait before the next attempt, in milliseconds: drawn from 0 to a bound that doubles ("full jitter", so
 * that thousands that were cut off together don't return together), and never before the server wants it.
 */
export function waitMs(failures: number, random: number, code: number, reason: string): number {
  return Math.max(backoffMs(failures, random), retryAfterMs(reason), code === 1008 ? POLICY_WAIT_MS : 0);
}

/** The drawn part of a wait alone. `random` is from 0 to below 1. */
export function backoffMs(failures: number, random: number): number {
  return random * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(failures, 16));
}

/** What a close reason such as `retry_after_ms=1500` asks for; 0 when it asks nothing. */
function retryAfterMs(reason: string): number {
  return Number(/\bretry_after_ms=(\d{1,9})\b/.exec(reason)?.[1] ?? 0);
}
