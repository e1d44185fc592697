import type { Command, Outcome, Reservation } from "@dropcast/client";
import { describe, expect, test, vi } from "vitest";
import { eventOf } from "../../element/events";
import { scaled } from "../../shared/scaled";
import { en } from "../../shared/texts/en";
import { withWords } from "../../shared/texts/fill";

vi.stubGlobal("navigator", { languages: ["en-GB"] });
const { addLanguage, inLanguage, knownLanguage, language, nameInLanguage, speak, text } = await import(
  "../../shared/language"
);

describe("a length in rem", () => {
  test.each([
    ["a { min-height: 2.75rem; }", "a { min-height: calc(2.75 * var(--live-show-rem, 1rem)); }"],
    [
      "a { margin: -.5rem 0 1rem; }",
      "a { margin: calc(-.5 * var(--live-show-rem, 1rem)) 0 calc(1 * var(--live-show-rem, 1rem)); }",
    ],
    ["@media (min-width: 48rem) { a { top: 0 } }", "@media (min-width: 48rem) { a { top: 0 } }"],
    ["@container (min-width: 4rem) { a { top: 0 } }", "@container (min-width: 4rem) { a { top: 0 } }"],
    ["a { width: 3remote; --theorem: 1; }", "a { width: 3remote; --theorem: 1; }"],
  ])("%s", (css, expected) => expect(scaled(css)).toBe(expected));
});

describe("texts in other words", () => {
  test("what is left out is said as it was, also further in", () => {
    const said = withWords(en, { buyNow: "Grab it", answers: { sold: "Yours!" } });
    expect([said.buyNow, said.answers.sold]).toEqual(["Grab it", "Yours!"]);
    expect([said.pay("€1"), said.answers.held]).toEqual([en.pay("€1"), en.answers.held]);
  });

  test.each([
    ["a text for a sentence", { pay: "Pay up" }],
    ["a sentence for a text", { buyNow: () => "Buy" }],
    ["a text for several", { answers: "No" }],
    ["several for a list", { drawPage: { why: { 0: "Because" } } }],
    ["nothing", { buyNow: null, answers: null }],
    ["what there is not", { toString: "x", noSuchText: "x" }],
  ])("%s changes nothing", (_, words) => {
    expect(withWords(en, words as object)).toEqual(en);
  });
});

describe("the example's third language", () => {
  test("has only texts that there are, each of its kind", async () => {
    const file = new URL("../../../examples/shop/public/arabic.js", import.meta.url);
    const { arabic } = await import(file.href);
    const said = withWords(en, arabic.texts) as Record<string, unknown>;
    const unused = Object.keys(arabic.texts).filter((name) => {
      const own = arabic.texts[name];
      return typeof own === "object"
        ? JSON.stringify({ ...(said[name] as object), ...own }) !== JSON.stringify(said[name])
        : said[name] !== own;
    });
    expect(unused).toEqual([]);
  });
});

describe("a language", () => {
  test("that is not known is English until it is added, and then spoken", () => {
    speak("de-AT");
    expect([language(), text().buyNow]).toEqual(["en", en.buyNow]);
    addLanguage("de", "Deutsch", { buyNow: "Jetzt kaufen" });
    expect([language(), text().buyNow, text().mine]).toEqual(["de", "Jetzt kaufen", en.mine]);
    expect(inLanguage({ en: "Scarf", de: "Schal" })).toBe("Schal");
    speak("NL-be");
    expect([language(), inLanguage({ en: "Scarf", de: "Schal" })]).toEqual(["nl", "Scarf"]);
    expect(["", "x", "en-GB", "nl", "zh-Hant"].map(knownLanguage)).toEqual([
      undefined,
      undefined,
      "en",
      "nl",
      undefined,
    ]);
  });
});

describe("a name in a sentence", () => {
  const name = (written: string) => nameInLanguage({ nl: written });

  test("is isolated from the words around it", () => expect(name("Sjaal")).toBe("\u2068Sjaal\u2069"));
  test("is nothing where there is none", () => expect(name("")).toBe(""));
  test.each([
    ["an override", "\u202egpj.efas"],
    ["an embedding", "\u202bgpj.efas\u202c"],
    ["an isolate that is never ended", "\u2067gpj.efas"],
    ["the end of what it is in", "\u2069gpj.efas"],
  ])("does without %s", (_, written) => expect(name(written)).toBe("\u2068gpj.efas\u2069"));
});

describe("what a shop is told", () => {
  const command = { kind: "reserve" } as Command;
  const total = { amount_minor: 5_800, currency: "EUR" };
  const more = [{ sku: "hat", quantity: 1, unit_price: total }];
  const held = { reservation: 7, drop: "opening", sku: "scarf", quantity: 2, with: more, total, expires_at: 1_000 };
  const lines = [
    { sku: "scarf", quantity: 2 },
    { sku: "hat", quantity: 1 },
  ];
  const of = (outcome: unknown) => eventOf(command, outcome as Outcome);

  test("of a hold: all that is held, and until when", () => {
    const detail = { reservation: 7, drop: "opening", lines, total, expires_at: 1_000 };
    expect(of({ kind: "held", value: held })).toEqual({ name: "held", detail });
  });

  test("of a sale: the order", () => {
    const value = { reservation: held as unknown as Reservation, order: { order: 3 } };
    const detail = { order: 3, reservation: 7, drop: "opening", lines, total };
    expect(of({ kind: "sold", value })).toEqual({ name: "sold", detail });
  });

  test("of a refusal: why", () => {
    const detail = { code: "sold_out", command: "reserve" };
    expect(of({ kind: "refused", value: { code: "sold_out" } })).toEqual({ name: "refused", detail });
  });

  test.each(["released", "waiter", "done", "unknown", "problem"])("nothing of %s", (kind) => {
    expect(of({ kind, value: {} })).toBeNull();
  });
});
