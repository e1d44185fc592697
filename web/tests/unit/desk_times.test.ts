import { describe, expect, test } from "vitest";
import { Pace } from "../../host/pace";
import { nextMoment } from "../../host/plan";
import { GUARD_MS, Rests } from "../../host/rests";

describe("a button that was pressed", () => {
  test("rests, and no other does", () => {
    const rests = new Rests();
    rests.rest("press", 1_000);
    expect([...rests.at(1_000 + GUARD_MS - 1)]).toEqual(["press"]);
    expect([...rests.at(1_000 + GUARD_MS)]).toEqual([]);
  });

  test("rests anew when it comes to mean something else", () => {
    const rests = new Rests();
    rests.rest("press", 1_000);
    rests.rest("press", 2_000);
    expect(rests.at(1_000 + GUARD_MS).has("press")).toBe(true);
  });
});

describe("clicks a minute", () => {
  test("are those since the page first looked, and later those of the last minute", () => {
    const pace = new Pace();
    expect(pace.perMinute(0)).toBe(0);
    pace.seen(100, 0);
    expect(pace.perMinute(0)).toBe(0);
    pace.seen(130, 30_000);
    expect(pace.perMinute(30_000)).toBe(30);
    pace.seen(135, 59_000);
    expect(pace.perMinute(60_000)).toBe(35);
    expect(pace.perMinute(90_000)).toBe(5);
    expect(pace.perMinute(200_000)).toBe(0);
  });

  test("that come fast are all counted", () => {
    const pace = new Pace();
    for (let clicks = 0; clicks <= 100; clicks += 1) {
      pace.seen(clicks, clicks * 10);
    }
    expect(pace.perMinute(1_000)).toBe(100);
  });

  test("start anew where the count does", () => {
    const pace = new Pace();
    pace.seen(100, 0);
    pace.seen(3, 1_000);
    expect(pace.perMinute(1_000)).toBe(0);
  });
});

describe("a time of the day", () => {
  const at = (hours: number, minutes: number, day = 1) => new Date(2026, 4, day, hours, minutes).getTime();

  test("is the next moment at which clocks show it", () => {
    expect(nextMoment("20:30", at(20, 0))).toBe(at(20, 30));
    expect(nextMoment("20:30", at(20, 30))).toBe(at(20, 30, 2));
    expect(nextMoment("0:05", at(23, 55))).toBe(at(0, 5, 2));
  });

  test.each(["", "24:00", "12:60", "noon", "12:5"])("%j is none", (time) =>
    expect(nextMoment(time, at(12, 0))).toBeNull(),
  );
});
