import type { Refusal, RefusalCode } from "@dropcast/client";
import { describe, expect, test } from "vitest";
import { complaint } from "../../host/answers";
import { en } from "../../shared/texts/en";
import { nl } from "../../shared/texts/nl";
import { told } from "../../viewer/answers";

const refused = (code: RefusalCode, more: Partial<Refusal> = {}) => {
  const nothing = { detail: "in English", available: null, limit: null, ends_at: null, waiter: null } as const;
  const value = { code, ...nothing, drop_phase: "unspecified", reservation_state: "unspecified", ...more } as const;
  return { kind: "refused", value } as const;
};

describe("what a viewer is told", () => {
  test.each([
    [refused("sold_out"), en.answers.soldOut],
    [refused("not_enough", { available: 2 }), "Only 2 left."],
    [refused("limit_reached", { limit: 0 }), "You have as many as one person may have."],
    [refused("limit_reached", { limit: 1 }), "You may have 1 more."],
    [refused("show_limit_reached", { limit: 0 }), "You have as many as one person may have in this show."],
    [refused("show_limit_reached", { limit: 2 }), "You may have 2 more in this show."],
    [refused("open_holds_reached", { limit: 1 }), en.answers.openHolds(1)],
    [refused("already_waiting", { waiter: 5 }), en.answers.alreadyWaiting],
    [refused("draw_pending"), en.answers.drawPending],
    [refused("extension_over"), en.answers.extensionOver],
    [refused("drop_phase", { drop_phase: "paused" }), en.answers.paused],
    [refused("drop_phase", { drop_phase: "closed" }), en.answers.closed],
    [refused("reservation_state"), en.answers.notHeld],
    [refused("unspecified"), en.answers.other],
    [{ kind: "unknown" } as const, en.answers.unknown],
  ])("%j", (outcome, text) => expect(told(outcome, en).text).toBe(text));

  test("until when a rest lasts", () => {
    const rest = { tone: "warn", text: nl.answers.coolingDown, until: 60_000 };
    expect(told(refused("cooling_down", { ends_at: 60_000 }), nl)).toEqual(rest);
  });

  test("to join the line, where there is one", () => {
    expect(told(refused("sold_out"), en, true).text).toBe(en.answers.soldOutLine);
  });
});

describe("what a host is told", () => {
  test("nothing when it was done", () => expect(complaint({ kind: "done", value: {} }, en)).toBeNull());
  test("why it was refused, in the host's language", () =>
    expect(complaint(refused("drop_phase"), nl)).toBe(nl.refusals.drop_phase));
  test("the server's own words for a refusal that has none here", () =>
    expect(complaint(refused("full"), nl)).toBe("in English"));
});
