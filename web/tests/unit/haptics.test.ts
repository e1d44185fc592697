import { beforeEach, expect, test, vi } from "vitest";
import { RESERVATION } from "../../client/test/examples";
import { feelOutcome, feelPress } from "../../viewer/haptics";

const vibrate = vi.fn();
const device = { userActivation: { hasBeenActive: true }, vibrate };
const motion = { matches: false };
vi.stubGlobal("matchMedia", () => motion);

beforeEach(() => {
  vibrate.mockClear();
  vi.stubGlobal("navigator", device);
  motion.matches = false;
});

test("a press and its answer can be felt, and good from bad", () => {
  feelPress();
  feelOutcome({ kind: "held", value: RESERVATION });
  feelOutcome({ kind: "unknown" });
  const [press, good, bad] = vibrate.mock.calls.map(([pattern]) => JSON.stringify(pattern));
  expect(new Set([press, good, bad]).size).toBe(3);
});

test("nothing is felt before the page was touched, where less motion is asked for, or where it can't be", () => {
  vi.stubGlobal("navigator", { ...device, userActivation: { hasBeenActive: false } });
  feelPress();
  vi.stubGlobal("navigator", device);
  motion.matches = true;
  feelPress();
  expect(vibrate).not.toHaveBeenCalled();
  vi.stubGlobal("navigator", { userActivation: { hasBeenActive: true } });
  motion.matches = false;
  expect(feelPress).not.toThrow();
});
