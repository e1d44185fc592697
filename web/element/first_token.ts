import { backoffMs, Token } from "@dropcast/client";

/** What is asked, and who is told. */
export interface FirstTokenOptions {
  /** A rejection is no answer, nor is none within ten seconds. */
  readonly ask: () => Promise<string | null>;
  /** Whether there is still no answer, and somebody to have it. */
  readonly isNeeded: () => boolean;
  /** There is no answer yet, and it is asked again. */
  readonly failed: () => void;
}

/** Asks for the first token until there is an answer: a shop's backend that fails for a moment signs nobody out. */
export class FirstToken {
  readonly #options: FirstTokenOptions;
  readonly #token: Token;
  #isAsking = false;

  constructor(options: FirstTokenOptions) {
    this.#options = options;
    this.#token = new Token(null, options.ask);
  }

  /** Never rejects; does nothing more while it asks. */
  async get(): Promise<void> {
    if (this.#isAsking) {
      return;
    }
    this.#isAsking = true;
    for (let failures = 0; this.#options.isNeeded() && (await this.#token.renew()) === "failed"; failures++) {
      this.#options.failed();
      // Drawn, so that all who failed together don't ask together.
      await passed(backoffMs(failures, Math.random()));
    }
    this.#isAsking = false;
  }
}

function passed(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
