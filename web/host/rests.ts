/**
 * For so long a button rests once it was pressed, and once it came to mean something else: a nervous second press, or
 * one that was meant for what the button did a moment ago, does nothing.
 */
export const GUARD_MS = 1_500;

/** Which buttons rest, by name. Times are milliseconds of one clock that nobody sets. */
export class Rests {
  readonly #until = new Map<string, number>();

  rest(name: string, now: number): void {
    this.#until.set(name, now + GUARD_MS);
  }

  /** The names of those that rest. */
  at(now: number): ReadonlySet<string> {
    for (const [name, until] of this.#until) {
      if (until <= now) {
        this.#until.delete(name);
      }
    }
    return new Set(this.#until.keys());
  }
}
