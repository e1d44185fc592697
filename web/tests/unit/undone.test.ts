import { expect, test } from "vitest";
import { DROP, RESERVATION, WAITER } from "../../client/test/examples";
import { lineWasUndone, wasUndone } from "../../viewer/undone";

const PLANNED = { ...DROP, phase: "planned", opened_at: null } as const;
const REOPENED = { ...DROP, opened_at: 50_000 };

test("what was held in an opening that was taken back is told from what was sold elsewhere", () => {
  expect(wasUndone(RESERVATION, [DROP])).toBe(false);
  expect(wasUndone(RESERVATION, [PLANNED])).toBe(true);
  expect(wasUndone(RESERVATION, [REOPENED])).toBe(true);
  expect(wasUndone(RESERVATION, [])).toBe(false);
});

test("so is a place in its line", () => {
  expect(lineWasUndone(WAITER, [{ ...DROP, phase: "closed" }])).toBe(false);
  expect(lineWasUndone(WAITER, [PLANNED])).toBe(true);
});
