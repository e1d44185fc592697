import { createHash } from "node:crypto";
import type { DrawRecord } from "@dropcast/client";
import { describe, expect, test } from "vitest";
import { check, ticketOf } from "../../draw/check";

const sha256 = (bytes: Buffer | string) => createHash("sha256").update(bytes).digest();
const SEED = sha256("a seed");
const DIGEST = sha256("the entry before");

describe("a draw that is checked", () => {
  test("holds when every place is as seed and digest say", async () => {
    expect(await check(drawn(1_204))).toEqual({ kind: "holds" });
    expect(await check(drawn(0))).toEqual({ kind: "holds" });
  });

  test("does not hold for whoever stands in another's place", async () => {
    const record = drawn(40);
    const [first, second] = record.entrants.slice(4, 6).map((entrant) => entrant.ticket);
    const entrants = record.entrants.map((entrant) => {
      const ticket = entrant.place === 5 ? second : entrant.place === 6 ? first : entrant.ticket;
      return { ...entrant, ticket: ticket ?? "" };
    });
    expect(await check({ ...record, entrants })).toEqual({ kind: "misplaced", tickets: new Set([first, second]) });
  });

  test("does not hold when a place is missing", async () => {
    const record = drawn(3);
    const entrants = record.entrants.slice(1);
    const tickets = new Set(entrants.map((entrant) => entrant.ticket));
    expect(await check({ ...record, entrants })).toEqual({ kind: "misplaced", tickets });
  });

  test("does not hold with another digest", async () => {
    expect(await check({ ...drawn(40), digest: sha256("another").toString("hex") })).toMatchObject({
      kind: "misplaced",
    });
  });

  test.each([sha256("another").toString("hex"), null])("does not hold when it was bound to %s", async (commitment) => {
    expect(await check({ ...drawn(3), commitment })).toEqual({ kind: "unbound" });
  });

  test("is waited for until the seed is known", async () => {
    expect(await check({ ...drawn(0), seed: null, digest: null })).toEqual({ kind: "waiting" });
  });
});

test("a ticket is made of the viewer's id alone", async () => {
  // As `printf abc | sha256sum` has it.
  expect(await ticketOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  expect(await ticketOf("zoë")).toBe(sha256("zoë").toString("hex"));
});

/** A draw as an honest server publishes it, computed by another library than the page's. */
function drawn(entrants: number): DrawRecord {
  const tickets = Array.from({ length: entrants }, (_, index) => sha256(`viewer-${index}`));
  const lots = tickets.map((ticket) => ({ ticket, lot: sha256(Buffer.concat([SEED, DIGEST, ticket])) }));
  lots.sort((a, b) => Buffer.compare(a.lot, b.lot));
  return {
    drop: "hats",
    fairness: "draw",
    entry_ms: 20_000,
    entries_close_at: 20_000,
    commitment: sha256(SEED).toString("hex"),
    seed: SEED.toString("hex"),
    digest: DIGEST.toString("hex"),
    drawn_at: 20_050,
    entrant_count: entrants,
    entrants: lots.map(({ ticket }, index) => ({
      ticket: ticket.toString("hex"),
      sku: "hat",
      quantity: 1,
      place: index + 1,
      offered: false,
    })),
    next: null,
  };
}
