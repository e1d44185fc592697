import { describe, expect, test } from "vitest";
import { FALL_MS, RISE_SHOWN_MS, SETTLED_MS, StockShown } from "../../viewer/stock_shown";

/** A stock that was `units` long ago. */
function stockOf(units: number): StockShown {
  const stock = new StockShown();
  stock.at(-1_000_000, units);
  return stock;
}

describe("the stock that is shown", () => {
  test("falls step by step, never below what there is", () => {
    const stock = stockOf(40);
    const seen = [0, 100, 200, FALL_MS].map((now) => stock.at(now, 10).units);
    expect(seen[0]).toBe(40);
    expect(seen).toEqual(seen.toSorted((a, b) => b - a));
    expect(seen.at(-1)).toBe(10);
  });

  test("falls at once where nothing may move, and when the last is gone", () => {
    expect(stockOf(40).at(0, 10, true).units).toBe(10);
    expect(stockOf(40).at(0, 0).units).toBe(0);
  });

  test("does not tremble when units come back and are taken at once", () => {
    const stock = stockOf(5);
    const seen = [6, 5, 7, 5, 6, 5].map((available, turn) => stock.at(turn * 200, available));
    expect(seen).toEqual(Array(6).fill({ units: 5, more: 0 }));
  });

  test("rises by what lasted, and says by how much for a while", () => {
    const stock = stockOf(5);
    expect(stock.at(0, 9)).toEqual({ units: 5, more: 0 });
    expect(stock.at(500, 8)).toEqual({ units: 5, more: 0 });
    expect(stock.at(SETTLED_MS, 9)).toEqual({ units: 8, more: 3 });
    expect(stock.at(SETTLED_MS * 2, 9)).toEqual({ units: 8, more: 3 });
    expect(stock.at(SETTLED_MS * 3, 9)).toEqual({ units: 9, more: 4 });
    expect(stock.at(SETTLED_MS * 3 + RISE_SHOWN_MS, 9)).toEqual({ units: 9, more: 0 });
  });

  test("says at once that there are some again", () => {
    expect(stockOf(0).at(0, 3)).toEqual({ units: 3, more: 3 });
  });

  test("never says that more came than there are", () => {
    const stock = stockOf(0);
    stock.at(0, 3);
    expect(stock.at(10, 1, true)).toEqual({ units: 1, more: 1 });
  });
});
