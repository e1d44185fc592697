/** The longest delay that a browser's timer can carry; a longer one would fire at once. */
const DELAY_MS_MAX = 2 ** 31 - 1;

/** Timers by name: setting one again replaces it. A delay past about 24 days is cut to that. */
export class Timers {
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();

  set(name: string, delayMs: number, fire: () => void): void {
    this.clear(name);
    const timer = setTimeout(
      () => {
        this.#timers.delete(name);
        fire();
      },
      Math.min(delayMs, DELAY_MS_MAX),
    );
    this.#timers.set(name, timer);
  }

  has(name: string): boolean {
    return this.#timers.has(name);
  }

  clear(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }

  clearAll(): void {
    for (const name of this.#timers.keys()) {
      this.clear(name);
    }
  }
}
