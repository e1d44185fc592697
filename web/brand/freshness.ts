import type { Client } from "@dropcast/client";
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { TickController } from "../shared/ticker";

/** How often the server is asked whether it is still there: changed numbers come by themselves, within 200 ms. */
const CHECK_EVERY_MS = 500;
/** Whoever heard nothing for so long shows old numbers. */
const STALE_AFTER_MS = 2_000;

/**
 * How old numbers are: those that were heard last were true a moment before anything else was heard. Times are
 * milliseconds of a clock that nobody sets: set back, it would make old numbers fresh.
 */
export function ageMs(heardAt: number, now: number, isConnected: boolean): number | null {
  const age = Math.max(0, now - heardAt);
  return isConnected && age < STALE_AFTER_MS ? null : age;
}

/** Knows how old the numbers of a client are, and renders its host anew each second that they grow old. */
export class Freshness implements ReactiveController {
  readonly #client: Client;
  #heardAt = performance.now();
  #shownS: number | null = null;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(host: ReactiveControllerHost, client: Client) {
    this.#client = client;
    client.on("message", () => {
      this.#heardAt = performance.now();
    });
    new TickController(host, () => this.staleS !== this.#shownS);
    host.addController(this);
  }

  /** The age of the numbers in seconds, rounded up; `null` while they are fresh. */
  get staleS(): number | null {
    const age = ageMs(this.#heardAt, performance.now(), this.#client.status.phase === "connected");
    return age === null ? null : Math.ceil(age / 1_000);
  }

  hostConnected(): void {
    this.#timer ??= setInterval(() => this.#client.check(), CHECK_EVERY_MS);
  }

  hostDisconnected(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  hostUpdated(): void {
    this.#shownS = this.staleS;
  }
}
