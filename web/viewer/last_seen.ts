import type { State, Waiter } from "@dropcast/client";

/** The most that is kept of each kind; the oldest leave. */
const KEPT_MAX = 100;

/** What the tab's storage has to be able to do. */
export type SeenStorage = Pick<Storage, "getItem" | "setItem">;

interface Kept {
  readonly principal: string | null;
  /** Places that were waited in when the page was last looked at, or that ended and were not taken note of. */
  readonly places: readonly Waiter[];
  /** What was taken note of, by kind and id. */
  readonly noted: readonly string[];
}

const NOTHING: Kept = { principal: null, places: [], noted: [] };

/**
 * What the viewer last knew of the own places in lines, and what was taken note of: across a reload, in the tab's
 * storage. A snapshot has only the places that are still waited in; which others there were only the page knows.
 */
export class LastSeen {
  #kept = NOTHING;
  #looked: State | null = null;
  readonly #storage: SeenStorage | null;

  constructor(storage: SeenStorage | null) {
    this.#storage = storage;
  }

  /** Takes in what is known now; what another principal left is forgotten. */
  look(state: State): void {
    const { principal, waiters, show } = state;
    const before = this.#looked;
    if (show === null || (before?.waiters === waiters && before.principal === principal && before.show === show)) {
      return;
    }
    if (before === null) {
      this.#kept = this.#load(nameOf(show.show));
    }
    this.#looked = state;
    const kept = this.#kept.principal === principal ? this.#kept : { ...NOTHING, principal };
    const isKnown = (place: Waiter) => waiters.some((one) => one.waiter === place.waiter);
    const living = waiters.filter((one) => one.state === "waiting" || one.state === "closed");
    const places = [...kept.places.filter((place) => !isKnown(place)), ...living];
    this.#keep({ ...kept, places: places.filter((place) => !kept.noted.includes(placeId(place))).slice(-KEPT_MAX) });
  }

  /**
   * Places that ended without an offer and were not taken note of: closed before the viewer's eyes, or gone while the
   * page was away from a drop that has no line any more.
   */
  unserved({ waiters, drops, reservations }: State): readonly Waiter[] {
    return this.#kept.places.filter((place) => {
      const now = waiters.find((one) => one.waiter === place.waiter);
      if (now) {
        return now.state === "closed";
      }
      const drop = drops.find((one) => one.drop === place.drop);
      const hasLine = drop?.phase === "open" || drop?.phase === "paused";
      // An offer is for the drop's SKU, and was made after the place was taken.
      const wasOffered = reservations.some(
        (one) => one.drop === place.drop && one.sku === place.sku && one.held_at >= place.joined_at,
      );
      return !hasLine && !wasOffered;
    });
  }

  hasNoted(id: string): boolean {
    return this.#kept.noted.includes(id);
  }

  note(id: string): void {
    const places = this.#kept.places.filter((place) => placeId(place) !== id);
    this.#keep({ ...this.#kept, places, noted: [...this.#kept.noted, id].slice(-KEPT_MAX) });
  }

  #keep(kept: Kept): void {
    this.#kept = kept;
    const show = this.#looked?.show;
    try {
      if (show) {
        this.#storage?.setItem(nameOf(show.show), JSON.stringify(kept));
      }
    } catch {
      // A storage that is full or forbidden costs the memory across a reload, nothing else.
    }
  }

  #load(name: string): Kept {
    try {
      const stored: unknown = JSON.parse(this.#storage?.getItem(name) ?? "null");
      return isKept(stored) ? stored : NOTHING;
    } catch {
      return NOTHING;
    }
  }
}

function nameOf(show: string): string {
  return `dropcast.seen.${show}`;
}

/** What a note about a place in a line is called. */
export function placeId({ waiter }: Pick<Waiter, "waiter">): string {
  return `place ${waiter}`;
}

/** Anyone may have written to the storage. */
function isKept(value: unknown): value is Kept {
  const kept = value as Partial<Kept> | null;
  const isPlace = (one: unknown) => {
    const place = one as Partial<Waiter> | null;
    return typeof place?.waiter === "number" && typeof place.drop === "string" && typeof place.sku === "string";
  };
  return (
    (typeof kept?.principal === "string" || kept?.principal === null) &&
    Array.isArray(kept.places) &&
    kept.places.every(isPlace) &&
    Array.isArray(kept.noted) &&
    kept.noted.every((id) => typeof id === "string")
  );
}
