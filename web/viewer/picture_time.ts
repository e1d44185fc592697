import type { Drop } from "@dropcast/client";

/** How far a picture may lag for a drop to wait for it, and the longest that a drop waits, in milliseconds. */
export const BEHIND_MS_MAX = 30_000;
/** A picture that stands still for so long is stalled. */
export const STALLED_MS = 1_500;

/**
 * The program time of the picture that is on the screen: when it was filmed, in Unix milliseconds by the encoder's
 * clock. `null` while nothing plays, or where the stream doesn't say.
 */
export type ProgramTime = () => number | null;

/** What time it is in the picture; nothing for one that stands still. */
export class PictureClock {
  /** Set by whoever plays the video. */
  source: ProgramTime = () => null;

  #at: number | null = null;
  #movedAt = 0;

  /** The program time on the screen; `null` where there is none to wait for. `now` is any clock in milliseconds. */
  read(now: number): number | null {
    const at = this.source();
    if (at !== this.#at) {
      this.#at = at;
      this.#movedAt = now;
    }
    return now - this.#movedAt < STALLED_MS ? at : null;
  }
}

/**
 * Whether a drop waits until the picture gets to its opening. It never waits when the viewer was told beforehand when it
 * would open, when nothing plays, or when the picture is too far behind to get there in time. `now` is the server's.
 */
export function isAhead({ opened_at, opens_at }: Drop, picture: number | null, now: number): boolean {
  if (opened_at === null || picture === null || (opens_at !== null && opens_at <= opened_at)) {
    return false;
  }
  const isBounded = now - picture <= BEHIND_MS_MAX && now - opened_at < BEHIND_MS_MAX;
  return picture < opened_at && isBounded;
}

/** Which openings the viewer has been shown: what was seen once is not taken away by a picture that goes back. */
export class Appearances {
  readonly #shown = new Set<string>();

  /**
   * Whether a drop is shown as it is, or still as if it had not been opened. What `isOwn`, because the viewer has or
   * asked for something in it, is always shown.
   */
  has(drop: Drop, picture: number | null, now: number, isOwn: boolean): boolean {
    const opening = `${drop.drop} ${drop.opened_at}`;
    if (isOwn || this.#shown.has(opening) || !isAhead(drop, picture, now)) {
      this.#shown.add(opening);
      return true;
    }
    return false;
  }
}

/** A drop as it was before it opened: also one that was announced for later, whose card goes on counting down. */
export function beforeOpening(drop: Drop): Drop {
  return { ...drop, phase: "planned" };
}
