import { describe, expect, test } from "vitest";
import { type SheetOpen, stillOpen } from "../../host/sheet_open";
import { live, opened, planned, SHOW_LIVE } from "./desk_states";

const WAITS = planned("hats", 0, ["hat"]);
const OPEN = opened(WAITS, 1_000);
const CLOSED = { ...OPEN, phase: "closed" } as const;
const about = (kind: "plan" | "close"): SheetOpen => ({ kind, drop: "hats" });
const add: SheetOpen = { kind: "add", drop: "hats", sku: "hat" };

describe("a sheet stays open as long as it makes sense", () => {
  test.each([
    [about("plan"), WAITS, OPEN],
    [about("close"), OPEN, CLOSED],
    [add, { ...OPEN, phase: "paused" } as const, CLOSED],
  ])("%j", (sheet, before, after) => {
    expect(stillOpen(sheet, live([before]))).toBe(sheet);
    expect(stillOpen(sheet, live([after]))).toBeNull();
    expect(stillOpen(sheet, live([]))).toBeNull();
  });

  test("the end of the show, while it is live, and the keys always", () => {
    const ended = { ...live([]), show: { ...SHOW_LIVE, phase: "ended" } } as const;
    expect(stillOpen({ kind: "end" }, live([]))).toEqual({ kind: "end" });
    expect(stillOpen({ kind: "end" }, ended)).toBeNull();
    expect(stillOpen({ kind: "keys" }, ended)).toEqual({ kind: "keys" });
    expect(stillOpen(null, live([]))).toBeNull();
  });
});
