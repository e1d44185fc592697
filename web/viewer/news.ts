import { type BrokenPromise, brokenPromiseId, type Client, type Reservation, type Waiter } from "@dropcast/client";
import { LastSeen, placeId, type SeenStorage } from "./last_seen";
import { unseenPromises } from "./promises";

/** How long a reservation that ran out or was taken back is told to who comes back. */
const ENDS_SHOWN_MS = 10 * 60_000;

/** What became of the viewer's own while the page was open or away, until it is taken note of. */
export class News {
  readonly #client: Client;
  readonly #seen: LastSeen;

  constructor(client: Client) {
    this.#client = client;
    this.#seen = new LastSeen(sessionStorageOrNone());
    client.on("change", () => this.#seen.look(client.state));
  }

  /** What was held or offered, and ran out. */
  get lost(): readonly Reservation[] {
    return this.#ended("expired");
  }

  /** What was taken back. */
  get revoked(): readonly Reservation[] {
    return this.#ended("revoked");
  }

  /** Places in lines that closed before it was their turn. */
  get unserved(): readonly Waiter[] {
    return this.#seen.unserved(this.#client.state);
  }

  /** What the viewer was told and could not be kept. */
  get brokenPromises(): readonly BrokenPromise[] {
    const seen = { has: (id: string) => this.#seen.hasNoted(`promise ${id}`) };
    return unseenPromises(this.#client.state.brokenPromises, seen, this.#client.clock.now());
  }

  /** The viewer took note of it. */
  note(id: string): void {
    this.#seen.note(id);
  }

  /** Who comes back tomorrow is not told about every hold of yesterday. */
  #ended(state: Reservation["state"]): readonly Reservation[] {
    const { state: known, clock } = this.#client;
    const isNews = (one: Reservation) =>
      one.state === state && clock.now() - one.expires_at < ENDS_SHOWN_MS && !this.#seen.hasNoted(endId(one));
    return known.reservations.filter(isNews);
  }
}

/** What a note about a reservation is called. */
export function endId({ reservation, held_at }: Reservation): string {
  return `reservation ${reservation} ${held_at}`;
}

/** What a note about a broken promise is called. */
export function promiseId(promise: BrokenPromise): string {
  return `promise ${brokenPromiseId(promise)}`;
}

export { placeId };

/** Even reading the property throws where storage is forbidden. */
function sessionStorageOrNone(): SeenStorage | null {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}
