/** What is used of a browser's screen wake lock. */
export interface Sentinel {
  release(): Promise<void>;
}

/** Asks for a lock; rejects where the browser doesn't give one now. */
export type AskForLock = () => Promise<Sentinel>;

/** Keeps the screen awake while that is wanted and the page is seen, where the browser can. */
export class WakeLock {
  readonly #ask: AskForLock | null;
  #wanted = false;
  #lock: Promise<Sentinel | null> | null = null;

  /** Without `ask` a browser that has no wake lock does nothing. */
  constructor(ask: AskForLock | null = browserLock()) {
    this.#ask = ask;
  }

  /** Whether it is wanted and the page is seen. A hidden page loses its lock, and asks for another when it is back. */
  want(isWanted: boolean): void {
    if (isWanted === this.#wanted || this.#ask === null) {
      return;
    }
    this.#wanted = isWanted;
    const before = this.#lock;
    this.#lock = isWanted ? this.#ask().catch(() => null) : null;
    void before?.then((lock) => lock?.release()).catch(() => {});
  }
}

function browserLock(): AskForLock | null {
  const wakeLock = globalThis.navigator?.wakeLock;
  return wakeLock ? () => wakeLock.request("screen") : null;
}
