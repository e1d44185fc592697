import type { Status } from "@dropcast/client";

/** Whether the connection is closed for good for lack of a token that is still good. */
export function isTurnedAway(status: Status): boolean {
  return status.phase === "closed" && status.reason === "token";
}
