import { describe, expect, test } from "vitest";
import { DROP } from "../../client/test/examples";
import {
  Appearances,
  BEHIND_MS_MAX,
  beforeOpening,
  isAhead,
  PictureClock,
  STALLED_MS,
} from "../../viewer/picture_time";

const OPENED_AT = 1_000_000;
const OPENED = { ...DROP, opened_at: OPENED_AT, opens_at: null };

describe("a drop that was opened", () => {
  test("waits for a picture that is behind, until it gets there", () => {
    expect(isAhead(OPENED, OPENED_AT - 6_000, OPENED_AT)).toBe(true);
    expect(isAhead(OPENED, OPENED_AT - 1, OPENED_AT + 5_999)).toBe(true);
    expect(isAhead(OPENED, OPENED_AT, OPENED_AT + 6_000)).toBe(false);
  });

  test("waits for nothing where nothing plays", () => expect(isAhead(OPENED, null, OPENED_AT)).toBe(false));

  test("never waits longer than the bound, however slowly the picture comes", () => {
    const now = OPENED_AT + BEHIND_MS_MAX;
    expect(isAhead(OPENED, OPENED_AT - 1, now - 1)).toBe(true);
    expect(isAhead(OPENED, OPENED_AT - 1, now)).toBe(false);
  });

  test("doesn't wait for a picture that can't get there in time, such as a recording", () => {
    expect(isAhead(OPENED, OPENED_AT - BEHIND_MS_MAX, OPENED_AT)).toBe(true);
    expect(isAhead(OPENED, OPENED_AT - BEHIND_MS_MAX - 1, OPENED_AT)).toBe(false);
  });

  test("doesn't wait when the viewer was told the moment, but does when the host was faster than announced", () => {
    expect(isAhead({ ...OPENED, opens_at: OPENED_AT }, OPENED_AT - 6_000, OPENED_AT)).toBe(false);
    expect(isAhead({ ...OPENED, opens_at: OPENED_AT + 60_000 }, OPENED_AT - 6_000, OPENED_AT)).toBe(true);
  });

  test("doesn't wait before it is opened", () => {
    expect(isAhead({ ...OPENED, opened_at: null }, OPENED_AT - 6_000, OPENED_AT)).toBe(false);
  });

  test("looks planned while it waits, for the moment that was announced if there was one", () => {
    expect(beforeOpening(OPENED)).toMatchObject({ phase: "planned", opens_at: null });
    const opens_at = OPENED_AT + 60_000;
    expect(beforeOpening({ ...OPENED, opens_at })).toMatchObject({ phase: "planned", opens_at });
  });
});

describe("what the viewer was shown", () => {
  test("is not hidden again when the picture goes back", () => {
    const shown = new Appearances();
    expect(shown.has(OPENED, OPENED_AT - 2_000, OPENED_AT, false)).toBe(false);
    expect(shown.has(OPENED, null, OPENED_AT + 100, false)).toBe(true);
    expect(shown.has(OPENED, OPENED_AT - 1_900, OPENED_AT + 200, false)).toBe(true);
  });

  test("is whatever the viewer has something in", () => {
    expect(new Appearances().has(OPENED, OPENED_AT - 2_000, OPENED_AT, true)).toBe(true);
  });

  test("is one opening: the next one of the same drop waits anew", () => {
    const shown = new Appearances();
    expect(shown.has(OPENED, OPENED_AT, OPENED_AT, false)).toBe(true);
    const again = { ...OPENED, opened_at: OPENED_AT + 20_000 };
    expect(shown.has(again, OPENED_AT + 15_000, OPENED_AT + 20_000, false)).toBe(false);
  });
});

describe("the picture's clock", () => {
  test("tells the program time while the picture moves", () => {
    const clock = new PictureClock();
    expect(clock.read(0)).toBeNull();
    clock.source = () => 5_000;
    expect(clock.read(10)).toBe(5_000);
    clock.source = () => 5_100;
    expect(clock.read(10_000)).toBe(5_100);
  });

  test("tells nothing of a picture that stands still, and goes on with it", () => {
    const clock = new PictureClock();
    clock.source = () => 5_000;
    expect(clock.read(0)).toBe(5_000);
    expect(clock.read(STALLED_MS - 1)).toBe(5_000);
    expect(clock.read(STALLED_MS)).toBeNull();
    clock.source = () => 5_040;
    expect(clock.read(STALLED_MS + 50)).toBe(5_040);
  });
});
