import type { Drop, State, Status } from "@dropcast/client";
import { describe, expect, test } from "vitest";
import { alertsOf } from "../../host/alerts";
import { live, opened, planned } from "./desk_states";

const CONNECTED: Status = { phase: "connected" };
const HATS = opened(planned("hats", 0, ["hat"]), 1_000);
const gone = (drop: Drop): Drop => ({ ...drop, items: drop.items.map((item) => ({ ...item, available: 0 })) });

function alerts(known: State, more: { status?: Status; tokenEndsAt?: number; openedByOther?: string } = {}) {
  const { status = CONNECTED, tokenEndsAt = null, openedByOther = null } = more;
  return alertsOf({ known, status, now: 0, tokenEndsAt, openedByOther });
}

const kinds = (...of: Parameters<typeof alerts>) => alerts(...of).map((alert) => alert.kind);

describe("what must not be missed", () => {
  test("nothing while all goes well", () => expect(kinds(live([HATS]))).toEqual([]));

  test.each<Status>([
    { phase: "connecting" },
    { phase: "waiting", retryAt: 0, code: 1006 },
    { phase: "closed", reason: "done", code: 1000 },
  ])("a connection that is $phase", (status) => expect(kinds(live([HATS]), { status })).toEqual(["offline"]));

  test("a drop of which nothing is left, with what may come back", () => {
    const counts = { hat: { held: 2, offered: 1, sold: 4 }, scarf: { held: 9 } };
    expect(alerts(live([gone(HATS)], counts))).toMatchObject([{ kind: "sold_out", kept: 3 }]);
  });

  test("a drop that sold all and closed for it, but not one that closed with nothing left", () => {
    const closed = (closed_reason: Drop["closed_reason"]): Drop => ({ ...gone(HATS), phase: "closed", closed_reason });
    expect(alerts(live([closed("sold_out")], { hat: { held: 2 } }))).toMatchObject([{ kind: "sold_out", kept: 0 }]);
    expect(kinds(live([closed("time")]))).toEqual([]);
  });

  test("the drop before the last one is old news", () => {
    const next = opened(planned("scarves", 1, ["scarf"]), 2_000);
    expect(kinds(live([gone(HATS), next]))).toEqual([]);
    expect(kinds(live([HATS, gone(next)]))).toEqual(["sold_out"]);
  });

  test("one that sold out again after it was opened anew is news again", () => {
    const ids = [1_000, 5_000].map((at) => alerts(live([gone(opened(HATS, at))]))[0]?.id);
    expect(new Set(ids).size).toBe(2);
  });

  test("a drop that another opened, while it is on sale", () => {
    expect(kinds(live([HATS]), { openedByOther: "hats" })).toEqual(["opened"]);
    expect(kinds(live([planned("hats", 0, ["hat"])]), { openedByOther: "hats" })).toEqual([]);
  });

  test("a token in its last five minutes", () => {
    expect(kinds(live([HATS]), { tokenEndsAt: 300_000 })).toEqual([]);
    expect(kinds(live([HATS]), { tokenEndsAt: 299_999 })).toEqual(["token"]);
  });

  test("every promise that is broken", () => {
    const ids = [1, 2].map((promises_broken) => alerts(live([HATS], {}, { promises_broken }))[0]?.id);
    expect(ids).toEqual(["promises 1", "promises 2"]);
  });

  test("the worst comes first", () => {
    const known = live([gone(HATS)], {}, { promises_broken: 1 });
    const all = kinds(known, { status: { phase: "connecting" }, tokenEndsAt: 1, openedByOther: "hats" });
    expect(all).toEqual(["offline", "sold_out", "opened", "token", "promises"]);
  });
});
