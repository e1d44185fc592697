import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Drop, Happenings, ServerMessage } from "../src/index";
import { answer, BROKEN_PROMISE, DROP, ORDER, PUBLIC, RESERVATION, snapshot, WAITER } from "./examples";
import { FakeServer } from "./fake_server";

const HAPPENINGS: { readonly [H in keyof Happenings]: true } = {
  show_started: true,
  show_ended: true,
  drop_opened: true,
  drop_paused: true,
  drop_resumed: true,
  drop_undone: true,
  drop_closed: true,
  sold_out: true,
  held: true,
  offered: true,
  sold: true,
  released: true,
  expired: true,
  revoked: true,
  waiting: true,
  unserved: true,
  promise_broken: true,
};
const ITEM = DROP.items[0] as Drop["items"][number];
const PLANNED: Drop = { ...DROP, drop: "next", phase: "planned", opened_at: null };

let server: FakeServer;
let told: string[];

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  server = new FakeServer();
  const client = server.client();
  told = [];
  for (const happening of Object.keys(HAPPENINGS) as (keyof Happenings)[]) {
    client.on(happening, (about: object) => told.push(`${happening} ${"drop" in about ? about.drop : ""}`.trim()));
  }
  server.welcomes();
});
afterEach(() => vi.useRealTimers());

test("what was so from the beginning is not told", () => {
  hear(snapshot());
  expect(told).toEqual([]);
});

test("a drop that opens, pauses, goes on and closes", () => {
  hear(snapshot("c", { drops: [PLANNED] }));
  for (const phase of ["open", "paused", "open", "closed"] as const) {
    hear(dropChanged({ ...PLANNED, phase }));
  }
  hear(dropChanged({ ...PLANNED, phase: "closed", place: 4 }));
  expect(told).toEqual(["drop_opened next", "drop_paused next", "drop_resumed next", "drop_closed next"]);
});

test("a drop that was opened by mistake, and one that is new", () => {
  hear(snapshot());
  hear(dropChanged({ ...DROP, phase: "planned" }), dropChanged(PLANNED), dropChanged({ ...DROP, drop: "flash" }));
  expect(told).toEqual(["drop_undone opening", "drop_opened flash"]);
});

test("a SKU that is sold out, once, and again when units came back between", () => {
  hear(snapshot());
  hear(stock(1), stock(0), stock(0), stock(2), stock(0));
  expect(told).toEqual(["sold_out opening", "sold_out opening"]);
});

test("a drop that closes because it is sold out is sold out first; one that its time ends is not", () => {
  hear(snapshot());
  const items = [{ ...ITEM, available: 0 }];
  hear(dropChanged({ ...DROP, phase: "closed", closed_reason: "sold_out", items }));
  expect(told).toEqual(["sold_out opening", "drop_closed opening"]);
  hear(dropChanged({ ...DROP, drop: "zero", phase: "closed", closed_reason: "time", items }));
  expect(told.slice(2)).toEqual(["drop_closed zero"]);
});

test("what becomes of one's own reservation, once each, in whichever order answer and change arrive", () => {
  hear(snapshot(), answer("k", { kind: "held", value: RESERVATION }), reservation("held"), reservation("expired"));
  hear(reservation("held"));
  hear({ kind: "reservation_changed", value: { reservation: { ...RESERVATION, reservation: 8, state: "offered" } } });
  const sold = { ...RESERVATION, reservation: 8, state: "sold" } as const;
  hear(answer("c", { kind: "sold", value: { reservation: sold, order: ORDER } }));
  for (const state of ["released", "revoked"] as const) {
    hear({ kind: "reservation_changed", value: { reservation: { ...RESERVATION, reservation: 9, state } } });
  }
  expect(told.map((one) => one.split(" ")[0])).toEqual(["held", "expired", "offered", "sold", "released", "revoked"]);
});

test("a place in line, and that it was never its turn", () => {
  hear(snapshot(), answer("k", { kind: "waiter", value: WAITER }));
  hear({ kind: "waiter_changed", value: { waiter: { ...WAITER, ahead: 3 } } });
  hear({ kind: "waiter_changed", value: { waiter: { ...WAITER, state: "closed" } } });
  expect(told).toEqual(["waiting opening", "unserved opening"]);
});

test("a show that starts and ends, and a promise that was broken, once", () => {
  hear(snapshot("c", { show: { ...PUBLIC.show, phase: "draft" } }));
  for (const phase of ["live", "live", "ended"] as const) {
    hear({ kind: "show_changed", value: { cursor: "d", show: { ...PUBLIC.show, phase } } });
  }
  hear({ kind: "promise_broken", value: BROKEN_PROMISE }, { kind: "promise_broken", value: BROKEN_PROMISE });
  expect(told).toEqual(["show_started", "show_ended", "promise_broken opening"]);
});

test("what happened while the connection was lost is told when it is back", () => {
  hear(snapshot("c", { drops: [PLANNED] }));
  server.socket.closes(1006);
  vi.advanceTimersByTime(250);
  server.welcomes();
  hear(snapshot("d", { drops: [{ ...PLANNED, phase: "open" }] }));
  expect(told).toEqual(["drop_opened next"]);
});

function hear(...messages: ServerMessage[]): void {
  for (const message of messages) {
    server.socket.says(message);
  }
}

function dropChanged(drop: Drop): ServerMessage {
  return { kind: "drop_changed", value: { cursor: "d", drop } };
}

function stock(available: number): ServerMessage {
  return { kind: "stock", value: { drop: "opening", sku: ITEM.sku, available, waiting: 0, next_place: null } };
}

function reservation(state: "held" | "expired"): ServerMessage {
  return { kind: "reservation_changed", value: { reservation: { ...RESERVATION, state } } };
}
