import { NOTHING_KNOWN, type State } from "@dropcast/client";
import { describe, expect, test, vi } from "vitest";
import { DROP, RESERVATION } from "../../client/test/examples";

vi.stubGlobal("navigator", { languages: ["en-GB"] });
vi.stubGlobal("document", { documentElement: { lang: "" } });
vi.stubGlobal("localStorage", { getItem: () => null, setItem: () => {} });
const { choicesOf, togetherMax } = await import("../../viewer/bundle");
const { linesName, unitsOf } = await import("../../shared/lines");

const euro = { amount_minor: 1_000, currency: "EUR" };
const product = (name: string, ...skus: string[]) => ({
  product: name,
  title: { en: name },
  description: {},
  picture: "",
  variants: skus.map((sku) => ({ sku, title: {}, list_price: euro })),
});
const KNOWN: State = {
  ...NOTHING_KNOWN,
  products: [product("Scarf", "scarf-red", "scarf-blue"), product("Hat", "hat")],
};

describe("what can be taken together", () => {
  test("is what is left, by product, in the order of the drop", () => {
    const item = (sku: string, available: number) => ({ ...DROP.items[0], sku, available }) as (typeof DROP.items)[0];
    const items = [item("hat", 1), item("scarf-red", 0), item("scarf-blue", 3), item("unlisted", 9)];
    const choices = choicesOf({ ...DROP, items }, KNOWN);
    expect(choices.map((one) => [one.product.product, one.items.map((each) => each.sku)])).toEqual([
      ["Hat", ["hat"]],
      ["Scarf", ["scarf-blue"]],
    ]);
  });

  test("is no more than one person may have, all variants together have, or a bundle takes", () => {
    expect(togetherMax({ ...DROP, limit_per_viewer: 3 })).toBe(3);
    expect(togetherMax({ ...DROP, limit_per_viewer: 3, shared_cap: 2 })).toBe(2);
    expect(togetherMax({ ...DROP, limit_per_viewer: 100 })).toBe(10);
  });
});

test("a bundle is named with all of its lines, and counted with all of its units", () => {
  const others = [{ sku: "scarf-blue", quantity: 2, unit_price: euro }];
  const bundle = { ...RESERVATION, sku: "hat", with: others };
  expect(linesName(KNOWN, bundle)).toBe("\u2068Hat\u2069 + 2 × \u2068Scarf\u2069");
  expect(unitsOf(bundle)).toBe(3);
});
