import type { Drop, ServerClock, State } from "@dropcast/client";
import { html, nothing, type TemplateResult } from "lit";
import { articleName } from "../shared/catalogue";
import "../shared/components/sheet";
import "../shared/components/sign_in";
import type { Text } from "../shared/texts/en";
import "./add_sheet";
import "./close_sheet";
import "./end_sheet";
import "./keys_sheet";
import "./plan_sheet";
import { isRunning } from "./press";

/** The sheet that is open; a sheet about a drop closes when that can't be done any more. */
export type SheetOpen =
  | { readonly kind: "keys" | "end" | "sign_in" }
  | { readonly kind: "plan" | "close"; readonly drop: string }
  | { readonly kind: "add"; readonly drop: string; readonly sku: string };

type Rendered = TemplateResult | typeof nothing;

export function renderSheet(open: SheetOpen | null, known: State, clock: ServerClock, t: Text): Rendered {
  switch (open?.kind) {
    case "keys":
      return html`<host-keys-sheet></host-keys-sheet>`;
    case "end":
      return known.show?.phase === "live" ? html`<host-end-sheet></host-end-sheet>` : nothing;
    case "sign_in":
      return html`<dc-sheet .heading=${t.signIn}>
        <dc-sign-in .heading=${t.signInHost}></dc-sign-in>
      </dc-sheet>`;
    case "plan": {
      const isLive = known.show?.phase === "live";
      return about(
        known,
        open.drop,
        (drop) => drop.phase === "planned",
        (drop) => html`
        <host-plan-sheet .drop=${drop} .clock=${clock} ?isLive=${isLive}></host-plan-sheet>`,
      );
    }
    case "close":
      return about(
        known,
        open.drop,
        isRunning,
        (drop) => html`
        <host-close-sheet .drop=${drop} .known=${known}></host-close-sheet>`,
      );
    case "add":
      return about(
        known,
        open.drop,
        isRunning,
        () => html`
        <host-add-sheet .drop=${open.drop} .sku=${open.sku} .named=${articleName(known, open.sku)}></host-add-sheet>`,
      );
    default:
      return nothing;
  }
}

function about(known: State, name: string, can: (drop: Drop) => boolean, sheet: (drop: Drop) => Rendered): Rendered {
  const drop = known.drops.find((one) => one.drop === name);
  return drop && can(drop) ? sheet(drop) : nothing;
}
