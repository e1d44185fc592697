import { describe, expect, test } from "vitest";
import { DROP, RESERVATION, WAITER } from "../../client/test/examples";
import { pressOf } from "../../viewer/press";

const [ITEM] = DROP.items;
const NOTHING = { waiter: undefined, held: undefined };
const GONE = { ...ITEM, available: 0 } as NonNullable<typeof ITEM>;
const LEFT = { ...ITEM, available: 2 } as NonNullable<typeof ITEM>;
const DRAW = { ...DROP, fairness: "draw", entry_ms: 1_000, entries_close_at: 1_500 } as const;
const LOTS = { drawn_at: 1_600, seed: "", digest: "" };

describe("the button of a drop", () => {
  test.each([
    ["buys what is left", DROP, LEFT, NOTHING, "buy"],
    ["joins the line when nothing is left", DROP, GONE, NOTHING, "join"],
    ["joins it although it is automatic, too", { ...DROP, waitlist: "automatic" }, GONE, NOTHING, "join"],
    ["has nothing to do where there is no line", { ...DROP, waitlist: "off" }, GONE, NOTHING, "gone"],
    ["rests while the drop is paused", { ...DROP, phase: "paused" }, LEFT, NOTHING, "paused"],
    ["is not there for who waits", DROP, GONE, { ...NOTHING, waiter: WAITER }, "wait"],
    ["waits on while the drop is paused", { ...DROP, phase: "paused" }, GONE, { ...NOTHING, waiter: WAITER }, "wait"],
    ["buys what is left while one waits for something else", DROP, LEFT, waitsForAnother(), "buy"],
    ["gives no second place in line", DROP, GONE, waitsForAnother(), "gone"],
    ["pays what is held", DROP, GONE, { ...NOTHING, held: RESERVATION }, "pay"],
    ["pays what is offered", DROP, GONE, { ...NOTHING, held: { ...RESERVATION, state: "offered" } }, "pay"],
    ["buys what is left after the draw", { ...DRAW, lots: LOTS }, LEFT, NOTHING, "buy"],
  ] as const)("%s", (_, drop, item, had, press) => expect(pressOf(drop, item, 2_000, had)).toBe(press));

  test("enters a draw until its entries close, and not while the lots are drawn", () => {
    expect(pressOf(DRAW, LEFT, 1_499, NOTHING)).toBe("enter");
    expect(pressOf(DRAW, LEFT, 1_500, NOTHING)).toBe("drawing");
  });

  test("is not there for who entered, whatever else the drop sells", () => {
    const waiter = { ...WAITER, sku: "another", place: null, ahead: null };
    expect(pressOf(DRAW, LEFT, 1_000, { ...NOTHING, waiter })).toBe("wait");
  });
});

function waitsForAnother() {
  return { ...NOTHING, waiter: { ...WAITER, sku: "another" } };
}
