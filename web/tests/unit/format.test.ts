import { describe, expect, test, vi } from "vitest";

vi.stubGlobal("navigator", { languages: ["en-GB"] });
vi.stubGlobal("document", { documentElement: { lang: "" } });
vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => {} });
const { count, hour, moment, percent, pictureAddress, price, remaining, shortCount } = await import(
  "../../shared/format"
);

describe("what is left of a time", () => {
  test.each([
    [0, "0:00"],
    [-5_000, "0:00"],
    [1, "0:01"],
    [60_000, "1:00"],
    [59_001, "1:00"],
    [3_599_000, "59:59"],
    [3_661_000, "1:01:01"],
  ])("%i ms is %s", (ms, shown) => expect(remaining(ms)).toBe(shown));
});

describe("an amount", () => {
  test.each([
    [1_999, "EUR", "€19.99"],
    [0, "EUR", "€0.00"],
    [1_999, "JPY", "JP¥1,999"],
    [1_999, "", "19.99"],
    // Counted in hundredths, whatever is left out when people speak of it.
    [199_900, "HUF", "HUF\u00a01,999.00"],
    [1_999, "KWD", "KWD\u00a01.999"],
  ])("%i %s is %s", (amount_minor, currency, shown) => expect(price({ amount_minor, currency })).toBe(shown));
});

describe("the address of a picture", () => {
  test.each([
    ["/examples/a.svg", true],
    ["https://shop.example/a.png", true],
    ["", false],
    ["//elsewhere.example/a.png", false],
    ["/\\elsewhere.example/a.png", false],
    ["http://shop.example/a.png", false],
    ["javascript:alert(1)", false],
    ["data:image/svg+xml,<svg/>", false],
  ])("%s: %s", (address, isOne) => expect(pictureAddress(address)).toBe(isOne ? address : null));

  test.each([
    ["/examples/a.svg", "https://live.example/examples/a.svg"],
    ["https://shop.example/a.png", "https://shop.example/a.png"],
    ["//elsewhere.example/a.png", null],
  ])("%s in a shop's page is %s", (address, whole) => {
    expect(pictureAddress(address, "https://live.example")).toBe(whole);
  });
});

describe("a share", () => {
  test.each([
    [0, "0%"],
    [0.004, "0.4%"],
    [0.256, "26%"],
    [1, "100%"],
  ])("%d is %s", (share, shown) => expect(percent(share)).toBe(shown));
});

describe("a number or an hour", () => {
  test("is written in the region's way", () => {
    expect(count(12_345)).toBe("12,345");
    expect([shortCount(999_999), shortCount(1_250_000)]).toEqual(["999,999", "1.3m"]);
    expect(hour(Date.UTC(2026, 4, 1, 18, 30))).toMatch(/^\d\d:30$/);
  });

  test("is written without making a format anew, which a busy page would spend its time on", () => {
    const write = () => [count(2), percent(0.5), price({ amount_minor: 1, currency: "EUR" }), hour(0), moment(0)];
    const written = write();
    const makes = [
      vi.spyOn(Intl, "NumberFormat"),
      vi.spyOn(Intl, "DateTimeFormat"),
      vi.spyOn(Number.prototype, "toLocaleString"),
      vi.spyOn(Date.prototype, "toLocaleString"),
      vi.spyOn(Date.prototype, "toLocaleTimeString"),
    ];
    expect(write()).toEqual(written);
    expect(makes.flatMap((make) => make.mock.calls)).toEqual([]);
  });
});
