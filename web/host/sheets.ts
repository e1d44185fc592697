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
import type { SheetOpen } from "./sheet_open";

type Rendered = TemplateResult | typeof nothing;

/** The sheet, of which it was looked whether it can still be open. */
export function renderSheet(open: SheetOpen | null, known: State, clock: ServerClock, t: Text): Rendered {
  const drop = open && "drop" in open ? known.drops.find((one) => one.drop === open.drop) : undefined;
  switch (open?.kind) {
    case "keys":
      return html`<host-keys-sheet></host-keys-sheet>`;
    case "end":
      return html`<host-end-sheet></host-end-sheet>`;
    case "sign_in":
      return html`<dc-sheet .heading=${t.signIn}><dc-sign-in .heading=${t.signInHost}></dc-sign-in></dc-sheet>`;
    case "add":
      return html`<host-add-sheet .drop=${open.drop} .sku=${open.sku} .named=${articleName(known, open.sku)}>
      </host-add-sheet>`;
    case "plan":
      return drop ? plan(drop, known, clock) : nothing;
    case "close":
      return drop ? html`<host-close-sheet .drop=${drop} .known=${known}></host-close-sheet>` : nothing;
    default:
      return nothing;
  }
}

function plan(drop: Drop, { show }: State, clock: ServerClock): TemplateResult {
  return html`<host-plan-sheet .drop=${drop} .clock=${clock} ?isLive=${show?.phase === "live"}></host-plan-sheet>`;
}
