import type { SkuNumbers } from "@dropcast/client";

/** How far back it is looked. */
const WINDOW_MS = 5 * 60_000;
/** Who has looked for less does not know how fast it goes. */
const OBSERVED_MS_MIN = 60_000;
/** Samples that lie closer together are one: at most so many are kept as fit into the window. */
const SAMPLE_EVERY_MS = 5_000;

interface Sample {
  readonly at: number;
  /** Units that left the free stock, by SKU: sold, held and offered. */
  readonly taken: ReadonlyMap<string, number>;
}

/** Watches how fast stock goes. Times are milliseconds of a clock that nobody sets. */
export class Pace {
  #samples: Sample[] = [];

  note(skus: readonly SkuNumbers[], now: number): void {
    const newest = this.#samples.at(-1);
    if (newest && now - newest.at < SAMPLE_EVERY_MS) {
      return;
    }
    this.#samples.push({ at: now, taken: new Map(skus.map((sku) => [sku.sku, taken(sku)])) });
    // The newest sample from before the window is where it begins.
    const begin = this.#samples.findLastIndex((sample) => sample.at <= now - WINDOW_MS);
    this.#samples.splice(0, Math.max(0, begin));
  }

  /**
   * For how many minutes the free units last if they go as they went in the last minutes; 0 when there are none. `null`
   * when nobody can know: it was looked for too short a time, or more came back than went.
   */
  minutesLeft(sku: SkuNumbers, now: number): number | null {
    if (sku.free === 0) {
      return 0;
    }
    const begin = this.#samples.find((sample) => sample.taken.has(sku.sku));
    const observedMs = begin ? now - begin.at : 0;
    const went = taken(sku) - (begin?.taken.get(sku.sku) ?? 0);
    return observedMs < OBSERVED_MS_MIN || went <= 0 ? null : (sku.free * observedMs) / went / 60_000;
  }
}

function taken({ sold, held, offered }: SkuNumbers): number {
  return sold + held + offered;
}
