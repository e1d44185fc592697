/** The first wait; it doubles with every failure in a row. */
const FIRST_MS = 2_000;
/** The longest wait. */
const CAP_MS = 30_000;
/** A video that has played for so long was a good one: the next failure starts with a short wait again. */
const GOOD_AFTER_MS = 20_000;

/** How soon a video that can't be played is tried again, for as long as it is wanted. */
export class VideoRetries {
  #failures = 0;
  #playsSince: number | null = null;

  /** It plays, or goes on playing. `now` is any clock in milliseconds. */
  plays(now: number): void {
    this.#playsSince ??= now;
  }

  /**
   * It can't be played. In how many milliseconds to try again: drawn from the upper half of a bound that doubles, so
   * that thousands who lost the same stream don't come back together. `random` is from 0 to below 1.
   */
  failed(now: number, random: number): number {
    if (this.#playsSince !== null && now - this.#playsSince >= GOOD_AFTER_MS) {
      this.#failures = 0;
    }
    this.#playsSince = null;
    const bound = Math.min(CAP_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures += 1;
    return bound * (0.5 + random / 2);
  }
}
