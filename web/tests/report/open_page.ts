import { setTimeout as sleep } from "node:timers/promises";
import type { CDPSession } from "playwright-core";
import type { Window } from "../browser/browser";

/** Tasks longer than this make a press wait for a time that people notice. */
export const LONG_TASK_MS = 100;

/** One that comes in the middle of a rendering finds alive what is garbage a moment later. */
const COLLECTIONS = 8;
const BETWEEN_COLLECTIONS_MS = 250;

/** When it began and how long it took, in milliseconds of the page's clock. */
type Task = [startTime: number, duration: number];

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
    await window.page.addInitScript((longest) => {
      const tasks: Task[] = [];
      Object.assign(globalThis, { tasks });
      const listen = (list: PerformanceObserverEntryList) => {
        for (const { startTime, duration } of list.getEntries()) {
          // What is kept of the others would grow the heap that is measured.
          if (duration > longest) {
            tasks.push([startTime, duration]);
          }
        }
      };
      new PerformanceObserver(listen).observe({ type: "longtask" });
    }, LONG_TASK_MS);
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
      (from) =>
        (globalThis as unknown as { tasks: Task[] }).tasks
          .filter(([startTime]) => startTime >= from)
          .map(([, duration]) => Math.round(duration)),
      after,
    );
  }

  /** What the page needs of its heap, in bytes: the least that is left after several collections of garbage. */
  async heap(): Promise<number> {
    const left: number[] = [];
    for (let collections = 0; collections < COLLECTIONS; collections += 1) {
      await this.#debugger.send("HeapProfiler.collectGarbage");
      left.push((await this.#debugger.send("Runtime.getHeapUsage")).usedSize);
      await sleep(BETWEEN_COLLECTIONS_MS);
    }
    return Math.min(...left);
  }

  get errors(): readonly string[] {
    return this.#window.errors;
  }
}
