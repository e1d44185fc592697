import type { Command, Outcome, Refusal, RefusalCode } from "@dropcast/client";
import { describe, expect, test } from "vitest";
import { complaint } from "../../host/answers";
import { en, type Text } from "../../shared/texts/en";
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
  const about = (kind: "open_drop" | "pause_drop" | "resume_drop" | "undo_drop" | "close_drop") =>
    ({ kind, value: { key: "k", attempt: null, drop: "hats" } }) as const;
  const told = (command: Command, outcome: Outcome, t: Text = en) => complaint(command, outcome, "Hats", t);

  test("nothing when it was done", () => expect(told(about("open_drop"), { kind: "done", value: {} })).toBeNull());

  test.each([
    ["open_drop", "open"],
    ["resume_drop", "open"],
    ["pause_drop", "paused"],
    ["close_drop", "closed"],
    ["undo_drop", "planned"],
  ] as const)("that somebody else was first, where %s finds it %s", (kind, drop_phase) => {
    const said = { tone: "news", text: nl.desk.already[drop_phase]("Hats") };
    expect(told(about(kind), refused("drop_phase", { drop_phase }), nl)).toEqual(said);
  });

  test("how the drop is now, where that is not what was wanted", () => {
    const said = told(about("pause_drop"), refused("drop_phase", { drop_phase: "closed" }));
    expect(said).toEqual({ tone: "bad", text: `${en.hostRefused}: ${en.desk.isNow.closed("Hats")}` });
  });

  test("why it was refused, in the host's language", () =>
    expect(told(about("undo_drop"), refused("undo_over"), nl)?.text).toContain(nl.refusals.undo_over));

  test("the server's own words for a refusal that has none here", () =>
    expect(told(about("undo_drop"), refused("key_conflict"), nl)?.text).toContain("in English"));

  test("that nobody knows, where no answer came", () =>
    expect(told(about("undo_drop"), { kind: "unknown" })?.text).toContain(en.refusals.unknown));
});
