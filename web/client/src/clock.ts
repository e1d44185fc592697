/** How many measurements are kept; an older one leaves. */
const SAMPLES_MAX = 8;

interface Sample {
  readonly offsetMs: number;
  readonly roundTripMs: number;
}

/**
 * The server's clock, seen from here. The offset comes from the measurement with the shortest round trip, which can be
 * wrong by at most half of it (RFC 5905 section 10, the clock filter).
 */
export class ServerClock {
  #samples: Sample[] = [];
  readonly #now: () => number;

  /** `now` is this machine's clock in Unix milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The server's time in Unix milliseconds; this machine's own before anything was measured. */
  now(): number {
    return this.#now() + this.offsetMs;
  }

  /** How far the server's clock is ahead of this machine's. */
  get offsetMs(): number {
    return this.#best()?.offsetMs ?? 0;
  }

  /** Takes a measurement: asked at `sentAt` by this machine's clock, answered now with the server's time. */
  measured(sentAt: number, serverAt: number): void {
    const roundTripMs = Math.max(0, this.#now() - sentAt);
    const sample = { offsetMs: serverAt - (sentAt + roundTripMs / 2), roundTripMs };
    const best = this.#best();
    // Two measurements that can't both be true mean that a clock was set: what was measured before is worthless.
    if (best && Math.abs(best.offsetMs - sample.offsetMs) > (best.roundTripMs + roundTripMs) / 2 + 1) {
      this.#samples = [];
    }
    this.#samples = [...this.#samples, sample].slice(-SAMPLES_MAX);
  }

  #best(): Sample | undefined {
    return this.#samples.reduce<Sample | undefined>(
      (best, sample) => (best && best.roundTripMs <= sample.roundTripMs ? best : sample),
      undefined,
    );
  }
}
