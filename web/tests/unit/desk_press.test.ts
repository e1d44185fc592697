import { NOTHING_KNOWN } from "@dropcast/client";
import { describe, expect, test } from "vitest";
import { asks } from "../../host/asks";
import { currentDrop, meaningOf, nextDrop, pressOf } from "../../host/press";
import { soldIn } from "../../host/sold";
import { asked, live, opened, planned, SHOW_LIVE } from "./desk_states";

const FIRST = planned("first", 0, ["hat"]);
const SECOND = planned("second", 1, ["scarf"]);
const ON = opened(FIRST, 1_000);
const meaning = (...of: Parameters<typeof pressOf>) => meaningOf(pressOf(...of));

describe("what the big press does", () => {
  test("it starts a show that has not started", () => {
    const draft = { ...live([FIRST]), show: { ...SHOW_LIVE, phase: "draft" } } as const;
    const start = { kind: "start_show", value: { key: "s", attempt: null } } as const;
    expect(meaning(draft, [], 0)).toBe("start");
    expect(meaning(draft, [start], 0)).toBe("starting");
    expect(asks.press(pressOf(draft, [start], 0))).toBeNull();
  });

  test("it opens the first drop that waits, and waits for the answer", () => {
    expect(meaning(live([FIRST, SECOND]), [], 0)).toBe("open first");
    expect(meaning(live([FIRST, SECOND]), [asked("open_drop", "first")], 0)).toBe("opening first");
    expect(asks.press(pressOf(live([FIRST]), [asked("open_drop", "first")], 0))).toBeNull();
  });

  test("while a drop out of its turn is being opened, no other can be", () =>
    expect(meaning(live([FIRST, SECOND]), [asked("open_drop", "second")], 0)).toBe("opening second"));

  test("it takes the opening back for as long as the server would, then opens the next", () => {
    const known = live([ON, SECOND]);
    expect(meaning(known, [], 10_999)).toBe("undo first");
    expect(meaning(known, [], 11_000)).toBe("open second");
    expect(meaning(known, [asked("undo_drop", "first")], 11_000)).toBe("undoing first");
  });

  test("an answer that is late changes nothing that is known already", () =>
    expect(meaning(live([ON, SECOND]), [asked("open_drop", "first")], 2_000)).toBe("undo first"));

  test("nothing is taken back once it was sold, but a hold is", () => {
    expect(meaning(live([ON, SECOND], { hat: { sold: 1 } }), [], 2_000)).toBe("open second");
    expect(meaning(live([ON, SECOND], { hat: { held: 1 } }), [], 2_000)).toBe("undo first");
  });

  test("where another drop may have sold it, the server decides", () => {
    const before = planned("before", 0, ["hat"], { phase: "closed", opened_at: 500 });
    expect(meaning(live([before, ON], { hat: { sold: 1 } }), [], 2_000)).toBe("undo first");
  });

  test("it is about the drop that opened last", () => {
    const second = opened(SECOND, 4_000);
    expect(meaning(live([ON, second]), [], 5_000)).toBe("undo second");
    expect(currentDrop([second, ON])).toBe(second);
    expect(meaning(live([ON, { ...second, undo_until: null }]), [], 5_000)).toBe("nothing");
  });

  test("a drop that was taken back is the next again", () => {
    expect(nextDrop([FIRST, SECOND])).toBe(FIRST);
    expect(meaning(live([planned("first", 0, ["hat"]), SECOND]), [], 2_000)).toBe("open first");
  });

  test("there is nothing to press at the end, and before anything is known there is only the start", () => {
    const ended = { ...live([FIRST]), show: { ...SHOW_LIVE, phase: "ended" } } as const;
    expect(meaning(ended, [], 0)).toBe("ended");
    expect(asks.press(pressOf(ended, [], 0))).toBeNull();
    expect(meaning(NOTHING_KNOWN, [], 0)).toBe("start");
  });
});

describe("what a drop sold", () => {
  test("nothing before it was ever open, whatever others sold of the same", () =>
    expect(soldIn(SECOND, live([ON, SECOND], { scarf: { sold: 4 } }))).toEqual({ units: 0, isItsOwn: true }));

  test("all that is sold of its SKUs, unless another that sells one of them was open, too", () => {
    const both = opened(planned("both", 2, ["hat", "sock"]), 5_000);
    const counts = { hat: { sold: 2 }, sock: { sold: 3 }, scarf: { sold: 9 } };
    expect(soldIn(both, live([FIRST, both], counts))).toEqual({ units: 5, isItsOwn: true });
    expect(soldIn(both, live([ON, both], counts))).toEqual({ units: 5, isItsOwn: false });
  });
});
