import type { Drop } from "@dropcast/client";

/** How far a drop is with its draw; `none` where who presses first is served first. */
export type DrawStage = "none" | "announced" | "entries" | "pending" | "drawn";

/** `now` is in Unix milliseconds, by the server's clock. */
export function drawStage({ fairness, entries_close_at, lots }: Drop, now: number): DrawStage {
  if (fairness !== "draw") {
    return "none";
  }
  if (lots !== null) {
    return "drawn";
  }
  if (entries_close_at === null) {
    return "announced";
  }
  return now < entries_close_at ? "entries" : "pending";
}

/** Where anyone can check a draw: on the show's server, which without a name is the page's own. */
export function drawAddress(server: string, show: string, drop: string): string {
  return `${server}/draw/?${new URLSearchParams({ show, drop })}`;
}

/**
 * What a link to it says of its opener: in a tab of its own a page of the same server takes over what this tab keeps,
 * such as the token; a page of another server can't, and has no business with a shop's page.
 */
export function drawRelation(server: string): "opener" | "noopener" {
  return server === "" || server === location.origin ? "opener" : "noopener";
}
