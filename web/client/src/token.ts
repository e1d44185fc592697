/** Who gives no token for so long could not give one. */
const RENEW_WITHIN_MS = 10_000;

/** How asking for a newer token ended: with one, without one for good, or without an answer this time. */
export type Renewal = "renewed" | "none" | "failed";

/** A token, and who gives the next one. */
export class Token {
  /** `null`: one watches without. */
  value: string | null;
  readonly #renew: () => Promise<string | null>;

  constructor(value: string | null, renew: () => Promise<string | null>) {
    this.value = value;
    this.#renew = renew;
  }

  /** Asks for a newer one, for ten seconds at most. Never rejects. */
  async renew(): Promise<Renewal> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(reject, RENEW_WITHIN_MS);
    });
    try {
      // Scripts without types also say `undefined` for none.
      const value = (await Promise.race([this.#renew(), late])) ?? null;
      this.value = value ?? this.value;
      return value === null ? "none" : "renewed";
    } catch {
      return "failed";
    } finally {
      clearTimeout(timer);
    }
  }
}
