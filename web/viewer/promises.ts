import { type BrokenPromise, brokenPromiseId } from "@dropcast/client";
import type { Text } from "../shared/texts/en";

/** How long a promise that could not be kept is shown to who comes back. */
export const BROKEN_SHOWN_MS = 24 * 60 * 60_000;

/** What became of what the viewer was told, and that nothing is owed for it. */
export function brokenPromiseText(promise: BrokenPromise, t: Text): string {
  return promise.promised === "sold" ? t.brokenPromiseLead.sold : t.brokenPromiseLead.held;
}

/** The broken promises that the viewer has not taken note of, newest first. */
export function unseenPromises(
  all: readonly BrokenPromise[],
  seen: Pick<ReadonlySet<string>, "has">,
  now: number,
): readonly BrokenPromise[] {
  const isUnseen = (one: BrokenPromise) => !seen.has(brokenPromiseId(one)) && now - one.broken_at < BROKEN_SHOWN_MS;
  return all.filter(isUnseen).reverse();
}
