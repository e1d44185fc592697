import { describe, expect, test } from "vitest";
import { fold, NOTHING_KNOWN, type Reservation, type ServerMessage } from "../src/index";
import { BROKEN_PROMISE, DROP, ORDER, NOTHING_OWN as own, PUBLIC, RESERVATION } from "./examples";

const GONE = { drop: "opening", sku: "scarf-red", available: 0 };
const KNOWN = foldAll([{ kind: "snapshot", value: { cursor: "c", server_at: 0, public: PUBLIC, ...own } }]);

describe("the state", () => {
  test("has the drops in the order of the run of show", () => {
    expect(KNOWN.drops.map((drop) => drop.place)).toEqual([0, 1]);
    const planned: ServerMessage = {
      kind: "drop_changed",
      value: { cursor: "d", drop: { ...DROP, drop: "n", place: 0 } },
    };
    expect(fold(KNOWN, planned).drops.map((drop) => drop.place)).toEqual([0, 0, 1]);
  });

  test("follows the stock, and leaves other drops as they are", () => {
    const state = fold(KNOWN, { kind: "stock", value: { ...GONE, waiting: 3, next_place: 8 } });
    expect(state.drops[1]?.items[0]).toMatchObject({ sku: "scarf-red", available: 0, waiting: 3, next_place: 8 });
    expect(state.drops[0]).toBe(KNOWN.drops[0]);
  });

  test("never offers again what is over", () => {
    const offered = { ...RESERVATION, state: "offered" } as const;
    const revoked = { ...RESERVATION, state: "revoked" } as const;
    const changed = (reservation: Reservation): ServerMessage => ({
      kind: "reservation_changed",
      value: { reservation },
    });
    expect(foldAll([changed(offered), changed(revoked), changed(offered)]).reservations).toEqual([revoked]);
  });

  test("never holds again what is over, in whichever order answer and change arrive", () => {
    const sold = { ...RESERVATION, state: "sold", order: 3 } as const;
    const state = foldAll([
      { kind: "reservation_changed", value: { reservation: sold } },
      { kind: "answer", value: { key: "k", outcome: { kind: "held", value: RESERVATION }, receipt: null } },
    ]);
    expect(state.reservations).toEqual([sold]);
  });

  test("takes the later deadline of what it holds", () => {
    const longer = { ...RESERVATION, expires_at: RESERVATION.expires_at + 30_000 };
    const state = foldAll([
      { kind: "answer", value: { key: "k", outcome: { kind: "held", value: RESERVATION }, receipt: null } },
      { kind: "reservation_changed", value: { reservation: longer } },
    ]);
    expect(state.reservations).toEqual([longer]);
  });

  test("never unpays an order", () => {
    const paid = { ...ORDER, state: "paid" } as const;
    const state = foldAll([
      { kind: "order_changed", value: { order: paid } },
      {
        kind: "answer",
        value: {
          key: "k",
          outcome: { kind: "sold", value: { reservation: RESERVATION, order: ORDER } },
          receipt: null,
        },
      },
    ]);
    expect(state.orders).toEqual([paid]);
  });

  test("has a broken promise once, however often it is told, and what the snapshot has instead", () => {
    const told: ServerMessage = { kind: "promise_broken", value: BROKEN_PROMISE };
    const later = { ...BROKEN_PROMISE, broken_at: 4_000, promised: "sold" } as const;
    const state = foldAll([told, told, { kind: "promise_broken", value: later }]);
    expect(state.brokenPromises).toEqual([BROKEN_PROMISE, later]);
    const snapshot = { cursor: "c", server_at: 0, public: null, ...own, broken_promises: [later] };
    expect(fold(state, { kind: "snapshot", value: snapshot }).brokenPromises).toEqual([later]);
  });

  test("replaces the sales bucket that starts at the same time", () => {
    const bucket = (starts_at: number, units: number) => ({
      starts_at,
      units,
      orders: units,
      revenue: { amount_minor: 0, currency: "EUR" },
      viewers: 1,
    });
    const sales = { bucket_ms: 1_000, buckets: [bucket(1_000, 1)] };
    const snapshot = { cursor: "c", server_at: 0, public: PUBLIC, ...own, sales };
    const state = foldAll([
      { kind: "snapshot", value: snapshot },
      { kind: "sales_changed", value: { bucket: bucket(1_000, 4) } },
      { kind: "sales_changed", value: { bucket: bucket(2_000, 2) } },
    ]);
    expect(state.sales?.buckets.map((one) => one.units)).toEqual([4, 2]);
  });
});

function foldAll(messages: ServerMessage[]) {
  return messages.reduce(fold, NOTHING_KNOWN);
}
