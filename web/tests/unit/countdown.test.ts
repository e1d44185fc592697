import { describe, expect, test, vi } from "vitest";

vi.stubGlobal("navigator", { languages: ["en-GB"] });
vi.stubGlobal("document", { documentElement: { lang: "" } });
vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => {} });
const { ServerClock } = await import("../../client/src/clock");
const { remaining } = await import("../../shared/format");

/** As often as the pages look at their countdowns, and what that may cost, in milliseconds. */
const TICK_MS = 50;
const RIGHT_TO_MS = 100;
/** How wrong the clock of the viewer's machine is. */
const WRONG_BY_MS = -7 * 60_000;

describe("a countdown on a machine whose clock is wrong", () => {
  // What is asked takes all of the round trip, or what is answered does: the worst that a measurement can meet.
  test.each([0, 80])("is right to a tenth of a second, with %i of 80 ms on the way there", (thereMs) => {
    let serverNow = 1_000_000_000_000;
    const clock = new ServerClock(() => serverNow + WRONG_BY_MS);
    const sentAt = serverNow + WRONG_BY_MS;
    serverNow += thereMs;
    const answeredAt = serverNow;
    serverNow += 80 - thereMs;
    clock.measured(sentAt, answeredAt);

    const closesAt = serverNow + 12_345;
    let shown = "";
    for (; serverNow < closesAt + 500; serverNow += 1) {
      if (serverNow % TICK_MS === 0) {
        shown = remaining(closesAt - clock.now());
      }
      const leftMs = closesAt - serverNow;
      const true_ = [remaining(leftMs - RIGHT_TO_MS), remaining(leftMs), remaining(leftMs + RIGHT_TO_MS)];
      expect(shown === "" || true_.includes(shown), `${shown} with ${leftMs} ms left`).toBe(true);
    }
    expect(shown).toBe("0:00");
  });
});
