import { describe, expect, test } from "vitest";
import { afterClose, waitMs } from "../src/backoff";

describe("the wait before the next attempt", () => {
  test("is drawn from the whole of a bound that doubles, up to half a minute", () => {
    const bounds = [0, 1, 2, 3, 5, 6, 60].map((failures) => waitMs(failures, 1, 1006, ""));
    expect(bounds).toEqual([500, 1_000, 2_000, 4_000, 16_000, 30_000, 30_000]);
    expect(waitMs(3, 0, 1006, "")).toBe(0);
    expect(waitMs(3, 0.25, 1006, "")).toBe(1_000);
  });

  test("is never shorter than what the server asks for", () => {
    expect(waitMs(0, 0.5, 1012, "retry_after_ms=1500")).toBe(1_500);
    expect(waitMs(9, 1, 1012, "retry_after_ms=1500")).toBe(30_000);
    expect(waitMs(0, 0, 1013, "retry_after_ms=soon")).toBe(0);
    expect(waitMs(0, 0, 1008, "")).toBe(10_000);
  });
});

test.each([
  [1001, "come_back"],
  [1006, "come_back"],
  [1011, "come_back"],
  [4008, "come_back"],
  [4999, "come_back"],
  [4001, "new_token"],
  [1000, "stay_away"],
  [1002, "stay_away"],
  [4004, "stay_away"],
] as const)("after %i: %s", (code, what) => expect(afterClose(code)).toBe(what));
