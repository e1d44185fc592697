import { type BrokenPromise, brokenPromiseId } from "@dropcast/client";
import { describe, expect, test, vi } from "vitest";
import { en } from "../../shared/texts/en";
import { nl } from "../../shared/texts/nl";
import { BROKEN_SHOWN_MS, brokenPromiseText, unseenPromises } from "../../viewer/promises";
import { euro, NUMBERS } from "./brand_data";

vi.stubGlobal("navigator", { languages: ["en-GB"] });
vi.stubGlobal("document", { documentElement: { lang: "" } });
vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => {} });
const { promisesBrokenText, shortfallText } = await import("../../brand/promises");

const promise = (reservation: number, promised: BrokenPromise["promised"]): BrokenPromise => ({
  reservation,
  drop: "opening",
  sku: "scarf-red",
  quantity: 1,
  total: euro(3_995),
  promised,
  broken_at: 1_000,
  with: [],
});

describe("a viewer to whom a promise could not be kept", () => {
  test.each([
    [en, "Nothing will be charged for it", "what you paid for it is paid back"],
    [nl, "Je betaalt er niets voor", "wat je ervoor betaalde krijg je terug"],
  ])("is told what it was and that nothing is owed", (t, held, sold) => {
    expect(brokenPromiseText(promise(7, "held"), t)).toContain(held);
    expect(brokenPromiseText(promise(7, "sold"), t)).toContain(sold);
    expect(brokenPromiseText(promise(7, "unspecified"), t)).toContain(held);
  });

  test("is told of the newest first, until it was seen or a day has passed", () => {
    const all = [promise(7, "held"), promise(8, "sold"), { ...promise(9, "held"), broken_at: 1_000 - BROKEN_SHOWN_MS }];
    const shown = (seen: string[]) => unseenPromises(all, new Set(seen), 2_000).map((one) => one.reservation);
    expect(shown([])).toEqual([8, 7]);
    expect(shown([brokenPromiseId(promise(8, "sold"))])).toEqual([7]);
  });
});

describe("a brand", () => {
  test("is told nothing while every promise was kept", () => expect(promisesBrokenText(NUMBERS, en)).toBeNull());
  test("is told how many were not", () => {
    expect(promisesBrokenText({ ...NUMBERS, promises_broken: 1 }, en)).toMatch(/^1 viewer was told/);
    expect(promisesBrokenText({ ...NUMBERS, promises_broken: 12 }, en)).toMatch(/^12 times a viewer was told/);
    expect(promisesBrokenText({ ...NUMBERS, promises_broken: 12 }, nl)).toMatch(/^12 keer hoorde een kijker/);
  });
  test("is told how many units had to be taken back", () => {
    expect(shortfallText(NUMBERS, en)).toBeNull();
    expect(shortfallText({ ...NUMBERS, units_short: 1 }, en)).toMatch(/^1 unit was taken back/);
    expect(shortfallText({ ...NUMBERS, units_short: 12 }, nl)).toMatch(/^12 stuks zijn van kijkers teruggenomen/);
  });
});
