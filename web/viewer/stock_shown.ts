/** A rise that did not last so long was none: someone else was faster. In milliseconds. */
export const SETTLED_MS = 1_000;
/** How long the page says by how much the stock rose. */
export const RISE_SHOWN_MS = 8_000;
/** How long a fall takes on the screen. */
export const FALL_MS = 300;

/** The stock as it is shown. */
export interface Shown {
  readonly units: number;
  /** By how much it rose a moment ago; 0: it did not. */
  readonly more: number;
}

/**
 * Makes of a stock that trembles a number that one can read: it falls smoothly, and rises only when a rise has lasted,
 * and then with a word about it. What is gone, and what is there again after that, is shown at once. Times are in
 * milliseconds of any clock.
 */
export class StockShown {
  #units: number | null = null;
  #fallFrom = 0;
  #fallBegan = Number.NEGATIVE_INFINITY;
  /** The least that there was since a rise began, and when it began. */
  #rise: { units: number; since: number } | null = null;
  #rose: { by: number; at: number } | null = null;

  /** What to show at `now`, with so many `available`. With `isStill`, nothing is animated. */
  at(now: number, available: number, isStill = false): Shown {
    const before = this.#units;
    if (before === null || available === before) {
      this.#units = available;
      this.#rise = null;
    } else if (available < before) {
      this.#fall(now, before, available);
    } else {
      this.#climb(now, before, available);
    }
    return { units: isStill ? (this.#units ?? available) : this.#falling(now), more: this.#more(now) };
  }

  #fall(now: number, before: number, available: number): void {
    this.#fallFrom = this.#falling(now, before);
    this.#fallBegan = now;
    this.#units = available;
    this.#rise = null;
  }

  #climb(now: number, before: number, available: number): void {
    this.#rise = { units: Math.min(available, this.#rise?.units ?? available), since: this.#rise?.since ?? now };
    if (before === 0 || now - this.#rise.since >= SETTLED_MS) {
      const { units } = this.#rise;
      this.#rose = { by: units - before + this.#more(now), at: now };
      this.#units = units;
      this.#fallBegan = Number.NEGATIVE_INFINITY;
      this.#rise = null;
    }
  }

  /** The last unit is gone when it is gone. */
  #falling(now: number, to = this.#units ?? 0): number {
    const part = Math.min(1, (now - this.#fallBegan) / FALL_MS);
    return to === 0 || part >= 1 ? to : Math.ceil(to + (this.#fallFrom - to) * (1 - part));
  }

  /** What is left of a rise is not more than there is. */
  #more(now: number): number {
    const isRecent = this.#rose !== null && now - this.#rose.at < RISE_SHOWN_MS;
    return isRecent ? Math.min(this.#rose?.by ?? 0, this.#units ?? 0) : 0;
  }
}
