import { expect, test, vi } from "vitest";
import { Emitter } from "../src/emitter";

interface Events {
  counted: (number: number) => void;
}

test("listeners are told in their order, until they stop", () => {
  const emitter = new Emitter<Events>();
  const told: string[] = [];
  const stop = emitter.on("counted", (number) => told.push(`first ${number}`));
  emitter.on("counted", (number) => told.push(`second ${number}`));
  emitter.emit("counted", 1);
  stop();
  emitter.emit("counted", 2);
  expect(told).toEqual(["first 1", "second 1", "second 2"]);
});

test("a listener that throws is reported, and the others are told", () => {
  const report = vi.spyOn(globalThis, "queueMicrotask").mockImplementation(() => {});
  const emitter = new Emitter<Events>();
  const told = vi.fn();
  emitter.on("counted", () => {
    throw new Error("a mistake of the page");
  });
  emitter.on("counted", told);
  emitter.emit("counted", 1);
  expect(told).toHaveBeenCalledWith(1);
  expect(report.mock.calls[0]?.[0]).toThrow("a mistake of the page");
  report.mockRestore();
});
