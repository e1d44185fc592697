import type { Drop } from "@dropcast/client";

/** A name is cut to this width; where even the narrowest doesn't fit, there is none. */
const NAME_PX_MAX = 150;
const NAME_PX_MIN = 26;
const GAP_PX = 4;
const ROWS = 2;

/** A drop on the time axis. All are CSS pixels from the left of the plot. */
export interface Mark {
  readonly drop: Drop;
  readonly left: number;
  /** From its opening until it closed. */
  readonly width: number;
  /** How wide its name may be; 0: no room for it. */
  readonly nameWidth: number;
  /** In which row its name is. */
  readonly row: number;
}

/**
 * Where drops stand on a time axis that is `width` pixels wide, with `room` for names, which may reach beyond it;
 * `position` says where a moment (Unix ms) is on it.
 */
export function marks(
  drops: readonly Drop[],
  { width, room: roomAll }: { readonly width: number; readonly room: number },
  now: number,
  position: (unixMs: number) => number,
): readonly Mark[] {
  const placed: { drop: Drop; left: number; width: number; nameWidth: number; row: number }[] = [];
  const lastOf: ((typeof placed)[number] | undefined)[] = new Array(ROWS).fill(undefined);
  for (const { drop, openedAt } of opened(drops)) {
    const left = position(openedAt);
    const right = Math.min(width, position(drop.closed_at ?? now));
    if (left > width || right < 0) {
      continue;
    }
    const start = Math.max(0, left);
    const row = lastOf.findIndex((last) => !last || last.left + NAME_PX_MIN + GAP_PX <= start);
    const last = lastOf[row];
    if (last) {
      last.nameWidth = Math.min(last.nameWidth, start - last.left - GAP_PX);
    }
    const room = Math.min(NAME_PX_MAX, roomAll - start);
    const nameWidth = row < 0 || room < NAME_PX_MIN ? 0 : room;
    const mark = { drop, left: start, width: Math.max(0, right - start), nameWidth, row: Math.max(0, row) };
    placed.push(mark);
    if (nameWidth > 0) {
      lastOf[mark.row] = mark;
    }
  }
  return placed;
}

function opened(drops: readonly Drop[]): { drop: Drop; openedAt: number }[] {
  const found = drops.flatMap((drop) => (drop.opened_at === null ? [] : [{ drop, openedAt: drop.opened_at }]));
  return found.sort((a, b) => a.openedAt - b.openedAt);
}
