/** Whoever gives no token for so long could not give one this time. */
const ANSWER_WITHIN_MS = 10_000;
/** The longest wait after a failure; it doubles with every other one, up to the bound. */
const FIRST_WAIT_MS = 500;
const WAIT_MS_MAX = 30_000;

/** What is asked, and who is told. */
export interface FirstTokenOptions {
  /** A rejection is no answer. */
  readonly ask: () => Promise<unknown>;
  /** Whether there is still no answer, and somebody to have it. */
  readonly isNeeded: () => boolean;
  /** There is no answer yet, and it is asked again. */
  readonly failed: () => void;
}

/** Asks for the first token until there is an answer: a shop's backend that fails for a moment signs nobody out. */
export class FirstToken {
  readonly #options: FirstTokenOptions;
  #isAsking = false;

  constructor(options: FirstTokenOptions) {
    this.#options = options;
  }

  /** Never rejects; does nothing more while it asks. */
  async get(): Promise<void> {
    if (this.#isAsking) {
      return;
    }
    this.#isAsking = true;
    for (let failures = 0; this.#options.isNeeded() && !(await this.#hasAnswer()); failures++) {
      this.#options.failed();
      // Drawn, so that all who failed together don't ask together.
      await passed(Math.random() * Math.min(WAIT_MS_MAX, FIRST_WAIT_MS * 2 ** failures));
    }
    this.#isAsking = false;
  }

  async #hasAnswer(): Promise<boolean> {
    const answer = this.#options.ask().then(
      () => true,
      () => false,
    );
    return Promise.race([answer, passed(ANSWER_WITHIN_MS).then(() => false)]);
  }
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
