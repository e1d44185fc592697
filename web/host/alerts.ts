import type { Drop, State, Status } from "@dropcast/client";
import { isRunning, lastOpened } from "./press";

/** So long before its end a token is worth a word. */
const TOKEN_WARNING_MS = 5 * 60_000;

/** What the host must not miss. `id` tells one from another, for those that can be dismissed. */
export type Alert =
  | { readonly kind: "offline"; readonly id: string }
  | { readonly kind: "sold_out"; readonly id: string; readonly drop: Drop; readonly kept: number }
  | { readonly kind: "opened"; readonly id: string; readonly drop: Drop }
  | { readonly kind: "token"; readonly id: string; readonly until: number }
  | { readonly kind: "promises"; readonly id: string; readonly broken: number };

/** What alerts are made from. Times are Unix milliseconds by the server's clock. */
export interface Situation {
  readonly known: State;
  readonly status: Status;
  readonly now: number;
  readonly tokenEndsAt: number | null;
  /** The drop that somebody else opened last. */
  readonly openedByOther: string | null;
}

/** What must not be missed now, the worst first. */
export function alertsOf(situation: Situation): Alert[] {
  const { known, status } = situation;
  const offline: Alert[] = status.phase === "connected" ? [] : [{ kind: "offline", id: "offline" }];
  return [...offline, ...soldOut(known), ...openedByOther(situation), ...token(situation), ...promises(known)];
}

/** About the drop that opened last; the news of the one before it is old. */
function soldOut(known: State): Alert[] {
  const drop = lastOpened(known.drops);
  if (!drop || known.show?.phase !== "live" || !isGone(drop)) {
    return [];
  }
  const kept = isRunning(drop) ? keptOf(drop, known) : 0;
  return [{ kind: "sold_out", id: `sold_out ${openingOf(drop)}`, drop, kept }];
}

function isGone(drop: Drop): boolean {
  return isRunning(drop) ? drop.items.every((item) => item.available === 0) : drop.closed_reason === "sold_out";
}

/** Units of what it sells that are held or offered: they may come back. */
export function keptOf(drop: Drop, { numbers }: State): number {
  const skus = new Set(drop.items.map((item) => item.sku));
  return (numbers?.skus ?? []).reduce((sum, one) => (skus.has(one.sku) ? sum + one.held + one.offered : sum), 0);
}

function openedByOther({ known, openedByOther: opened }: Situation): Alert[] {
  const drop = known.drops.find((one) => one.drop === opened && isRunning(one));
  return drop ? [{ kind: "opened", id: `opened ${openingOf(drop)}`, drop }] : [];
}

function token({ tokenEndsAt: until, now }: Situation): Alert[] {
  return until !== null && until - now < TOKEN_WARNING_MS ? [{ kind: "token", id: `token ${until}`, until }] : [];
}

function promises({ numbers }: State): Alert[] {
  const broken = numbers?.promises_broken ?? 0;
  return broken > 0 ? [{ kind: "promises", id: `promises ${broken}`, broken }] : [];
}

/** A drop may be opened, taken back and opened again. */
function openingOf(drop: Drop): string {
  return `${drop.drop} ${drop.opened_at}`;
}
