import type { Drop } from "@dropcast/client";
import { describe, expect, test } from "vitest";
import { changes } from "../../host/changes";
import { live, opened, planned } from "./desk_states";

const WAITS = planned("hats", 0, ["hat"]);
const OPEN = opened(WAITS, 1_000, { closes_at: 60_000 });
const closed = (closed_reason: Drop["closed_reason"]): Drop => ({ ...OPEN, phase: "closed", closed_reason });

const between = (before: Drop, after: Drop, isMine = false) =>
  changes(live([before]), live([after]), () => isMine).map(({ kind, by }) => `${kind} by ${by}`);

describe("what happened to a drop, and who did it", () => {
  test.each<[string, Drop, Drop]>([
    ["opened", WAITS, OPEN],
    ["undone", OPEN, WAITS],
    ["paused", OPEN, { ...OPEN, phase: "paused" }],
    ["resumed", { ...OPEN, phase: "paused" }, OPEN],
    ["extended", OPEN, { ...OPEN, closes_at: 90_000 }],
    ["closed", OPEN, closed("host")],
    ["scheduled", WAITS, { ...WAITS, opens_at: 5_000 }],
  ])("%s, by this page or by another", (kind, before, after) => {
    expect(between(before, after, true)).toEqual([`${kind} by me`]);
    expect(between(before, after)).toEqual([`${kind} by other`]);
  });

  test.each<[Drop["closed_reason"]]>([["time"], ["sold_out"], ["show_ended"]])("closed by nobody: %s", (reason) =>
    expect(between(OPEN, closed(reason))).toEqual(["closed by nobody"]),
  );

  test("what opens at its time was opened by its schedule, and what opens before it by somebody", () => {
    expect(between(WAITS, { ...OPEN, opens_at: 1_000 })).toEqual(["opened by nobody"]);
    expect(between(WAITS, { ...OPEN, opens_at: 5_000 })).toEqual(["opened by other"]);
  });

  test("stock that moves, a drop that is new and one that stayed the same are no news", () => {
    const sold = { ...OPEN, items: OPEN.items.map((item) => ({ ...item, available: 0 })) };
    expect(between(OPEN, sold)).toEqual([]);
    expect(between(OPEN, OPEN)).toEqual([]);
    expect(changes(live([]), live([OPEN]), () => false)).toEqual([]);
  });

  test("asks for the deed by which this page would know it as its own", () => {
    const asked: string[] = [];
    changes(live([WAITS]), live([OPEN]), (deed, drop) => asked.push(`${deed} ${drop}`) > 9);
    expect(asked).toEqual(["open_drop hats"]);
  });
});
