import { NOTHING_KNOWN, type State } from "@dropcast/client";
import { describe, expect, test } from "vitest";
import { DROP, PUBLIC, RESERVATION, WAITER } from "../../client/test/examples";
import { LastSeen, placeId } from "../../viewer/last_seen";

const WAITS: State = { ...NOTHING_KNOWN, show: PUBLIC.show, drops: [DROP], principal: "anna", waiters: [WAITER] };
const CLOSED: State = { ...WAITS, drops: [{ ...DROP, phase: "closed" }], waiters: [] };

/** What a tab keeps. */
function storage() {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => kept.set(name, text),
  };
}

/** A page that is open, in a tab that keeps this. */
function page(tab: ReturnType<typeof storage> | null, ...states: State[]): LastSeen {
  const seen = new LastSeen(tab);
  for (const state of states) {
    seen.look(state);
  }
  return seen;
}

describe("a place in line", () => {
  test("that closed while the page was away is told, until it is taken note of", () => {
    const tab = storage();
    page(tab, WAITS);
    const back = page(tab, CLOSED);
    expect(back.unserved(CLOSED)).toEqual([WAITER]);
    back.note(placeId(WAITER));
    expect(back.unserved(CLOSED)).toEqual([]);
    expect(page(tab, CLOSED).unserved(CLOSED)).toEqual([]);
  });

  test("that closed while the page looked is told as well, also after a reload", () => {
    const tab = storage();
    const told: State = { ...CLOSED, waiters: [{ ...WAITER, state: "closed" }] };
    expect(page(tab, WAITS, told).unserved(told)).toHaveLength(1);
    expect(page(tab, CLOSED).unserved(CLOSED)).toHaveLength(1);
  });

  test("whose drop was taken back by the host is told", () => {
    const tab = storage();
    page(tab, WAITS);
    const planned: State = { ...CLOSED, drops: [{ ...DROP, phase: "planned", opened_at: null }] };
    expect(page(tab, planned).unserved(planned)).toEqual([WAITER]);
  });

  test("that was left, or served, is not", () => {
    const tab = storage();
    page(tab, WAITS);
    const left: State = { ...WAITS, waiters: [] };
    expect(page(tab, left).unserved(left)).toEqual([]);
    const served: State = { ...CLOSED, reservations: [{ ...RESERVATION, state: "expired", held_at: 2_000 }] };
    expect(page(tab, served).unserved(served)).toEqual([]);
  });

  test("of somebody else in the same tab is nobody's business", () => {
    const tab = storage();
    page(tab, WAITS);
    const other: State = { ...CLOSED, principal: "bram" };
    expect(page(tab, other).unserved(other)).toEqual([]);
  });

  test("is remembered without a storage as long as the page is open", () => {
    expect(page(null, WAITS, CLOSED).unserved(CLOSED)).toEqual([WAITER]);
  });

  test.each([
    "null",
    "{}",
    "[",
    '{"principal":"anna","places":[{}],"noted":[]}',
    '{"principal":"anna","places":[],"noted":[1]}',
  ])("doesn't trust what is stored: %s", (text) => {
    const tab = storage();
    tab.setItem(`dropcast.seen.${PUBLIC.show.show}`, text);
    expect(page(tab, CLOSED).unserved(CLOSED)).toEqual([]);
  });
});
