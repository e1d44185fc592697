import type { CDPSession } from "playwright-core";
import type { Window } from "../browser/browser";

/** Tasks longer than this make a press wait for a time that people notice. */
export const LONG_TASK_MS = 100;

/** A page that is left open, and what is measured of it. */
export class OpenPage {
  readonly name: string;
  readonly #window: Window;
  readonly #debugger: CDPSession;

  private constructor(name: string, window: Window, session: CDPSession) {
    this.name = name;
    this.#window = window;
    this.#debugger = session;
  }

  /** Loads it anew, so that its tasks are counted from its beginning. */
  static async watch(name: string, window: Window): Promise<OpenPage> {
    await window.page.addInitScript(() => {
      const tasks: { startTime: number; duration: number }[] = [];
      Object.assign(globalThis, { tasks });
      new PerformanceObserver((list) => tasks.push(...list.getEntries().map((one) => one.toJSON()))).observe({
        type: "longtask",
      });
    });
    await window.page.reload();
    return new OpenPage(name, window, await window.page.context().newCDPSession(window.page));
  }

  /** What time it is on the page's own clock, in milliseconds. */
  now(): Promise<number> {
    return this.#window.page.evaluate(() => performance.now());
  }

  /** How long each task took that began after a moment of the page's clock and was too long, in milliseconds. */
  longTasks(after: number): Promise<number[]> {
    return this.#window.page.evaluate(
      ([from, longest]) =>
        (globalThis as unknown as { tasks: { startTime: number; duration: number }[] }).tasks
          .filter(({ startTime, duration }) => startTime >= from && duration > longest)
          .map(({ duration }) => Math.round(duration)),
      [after, LONG_TASK_MS] as const,
    );
  }

  /** What lives on the page's heap, in bytes, once all that is garbage is collected. */
  async heap(): Promise<number> {
    // What the first collection finalizes is free after the second.
    await this.#debugger.send("HeapProfiler.collectGarbage");
    await this.#debugger.send("HeapProfiler.collectGarbage");
    return (await this.#debugger.send("Runtime.getHeapUsage")).usedSize;
  }

  get errors(): readonly string[] {
    return this.#window.errors;
  }
}
