import type { State } from "@dropcast/client";
import { isRunning } from "./press";

/** Which sheet is open, and about what. */
export type SheetOpen =
  | { readonly kind: "keys" | "end" | "sign_in" }
  | { readonly kind: "plan" | "close"; readonly drop: string }
  | { readonly kind: "add"; readonly drop: string; readonly sku: string };

/** The sheet as long as it makes sense: what it asks may be done by another, or not possible any more. */
export function stillOpen(open: SheetOpen | null, known: State): SheetOpen | null {
  return open && makesSense(open, known) ? open : null;
}

function makesSense(open: SheetOpen, { show, drops }: State): boolean {
  const drop = "drop" in open ? drops.find((one) => one.drop === open.drop) : undefined;
  switch (open.kind) {
    case "end":
      return show?.phase === "live";
    case "plan":
      return drop?.phase === "planned";
    case "close":
    case "add":
      return drop !== undefined && isRunning(drop);
    default:
      return true;
  }
}
