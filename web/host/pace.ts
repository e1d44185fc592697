const WINDOW_MS = 60_000;
/** More samples than this would say nothing more. */
const SAMPLE_EVERY_MS = 1_000;

interface Sample {
  readonly at: number;
  readonly count: number;
}

/**
 * How much a count grew in the last minute, or since it was first seen if that is less long ago. In milliseconds of a clock
 * that nobody sets.
 */
export class Pace {
  #samples: Sample[] = [];
  #count = 0;

  /** A count that fell is another one: it starts anew. */
  seen(count: number, at: number): void {
    if (count < this.#count) {
      this.#samples = [];
    }
    this.#count = count;
    const last = this.#samples.at(-1);
    if (!last || at - last.at >= SAMPLE_EVERY_MS) {
      this.#samples.push({ at, count });
    }
  }

  perMinute(at: number): number {
    // The newest sample from before the window is where the window starts.
    const start = this.#samples.findLastIndex((sample) => sample.at <= at - WINDOW_MS);
    this.#samples = this.#samples.slice(Math.max(0, start));
    return this.#count - (this.#samples[0]?.count ?? this.#count);
  }
}
