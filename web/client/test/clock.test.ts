import { describe, expect, test } from "vitest";
import { ServerClock } from "../src/clock";

describe("the server's clock", () => {
  test("is this machine's before anything was measured", () => {
    expect(new ServerClock(() => 5_000).now()).toBe(5_000);
  });

  test("comes from the measurement with the shortest round trip", () => {
    let now = 0;
    const clock = new ServerClock(() => now);
    const measure = (roundTripMs: number, offsetMs: number) => {
      const sentAt = now;
      now += roundTripMs;
      clock.measured(sentAt, sentAt + roundTripMs / 2 + offsetMs);
    };
    measure(400, 1_190);
    measure(20, 1_020);
    measure(900, 1_300);
    expect(clock.offsetMs).toBe(1_020);
    expect(clock.now()).toBe(now + 1_020);
  });

  test("starts anew when this machine's clock was set", () => {
    let now = 10_000;
    const clock = new ServerClock(() => now);
    clock.measured(9_990, 10_000);
    now = 3_600_000;
    clock.measured(3_599_900, 10_100);
    expect(Math.abs(clock.now() - 10_150)).toBeLessThanOrEqual(1);
  });
});
