import { describe, expect, test } from "vitest";
import { fold, NOTHING_KNOWN, type ServerMessage, type State, type Waiter } from "../src/index";
import { DROP, NOTHING_OWN, PUBLIC, WAITER } from "./examples";

const BEFORE = fold(NOTHING_KNOWN, snapshot([]));
const ENTERED: Waiter = { ...WAITER, place: null, ahead: null };

describe("a place in line", () => {
  test("is taken by the answer, and is the same place when the change is told, too", () => {
    const answer = { key: "k", outcome: { kind: "waiter", value: WAITER }, receipt: null } as const;
    const state = foldAll(BEFORE, [{ kind: "answer", value: answer }, changed(WAITER)]);
    expect(state.waiters).toEqual([WAITER]);
  });

  test("moves up as the stock tells who is next, and never back", () => {
    let state = fold(BEFORE, changed(WAITER));
    const ahead = [20, 30, 36, 33, null, 40].map((next) => {
      state = fold(state, stock(next));
      return state.waiters[0]?.ahead;
    });
    expect(ahead).toEqual([12, 10, 4, 4, 4, 0]);
  });

  test("is what the places between leave at most, where the snapshot is older than the stock", () => {
    const items = DROP.items.map((item) => ({ ...item, next_place: 35 }));
    const state = foldAll(BEFORE, [
      { kind: "drop_changed", value: { cursor: "d", drop: { ...DROP, items } } },
      changed(WAITER),
    ]);
    expect(state.waiters[0]?.ahead).toBe(5);
  });

  test("is as the snapshot has it, even where that is further back", () => {
    const state = foldAll(BEFORE, [changed({ ...WAITER, ahead: 2 }), snapshot([WAITER])]);
    expect(state.waiters).toEqual([WAITER]);
  });

  test("stays as it is when another SKU moves", () => {
    const state = fold(BEFORE, changed(WAITER));
    const other = fold(state, { kind: "stock", value: { ...STOCK, sku: "scarf-blue", next_place: 39 } });
    expect(other.waiters).toBe(state.waiters);
  });

  test.each(["offered", "left", "closed"] as const)("that is %s is not waited in again", (ended) => {
    const over = { ...WAITER, state: ended };
    const state = foldAll(BEFORE, [changed(WAITER), changed(over), changed(WAITER), stock(39)]);
    expect(state.waiters).toEqual([over]);
  });

  test("in a draw has no number until the lots are drawn", () => {
    const entered = foldAll(BEFORE, [changed(ENTERED), stock(1)]);
    expect(entered.waiters).toEqual([ENTERED]);
    expect(fold(entered, changed({ ...WAITER, place: 3, ahead: 2 })).waiters[0]).toMatchObject({ place: 3, ahead: 2 });
  });
});

const STOCK = { drop: "opening", sku: "scarf-red", available: 0, waiting: 9 };

function stock(next_place: number | null): ServerMessage {
  return { kind: "stock", value: { ...STOCK, next_place } };
}

function changed(waiter: Waiter): ServerMessage {
  return { kind: "waiter_changed", value: { waiter } };
}

function snapshot(waiters: readonly Waiter[]): ServerMessage {
  return { kind: "snapshot", value: { cursor: "c", server_at: 0, public: PUBLIC, ...NOTHING_OWN, waiters } };
}

function foldAll(state: State, messages: readonly ServerMessage[]): State {
  return messages.reduce(fold, state);
}
