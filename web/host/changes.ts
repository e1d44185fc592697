import type { Drop, State } from "@dropcast/client";

/** Who did it: this page, somebody else, or nobody: a schedule, a clock, the last unit. */
export type Doer = "me" | "other" | "nobody";

/** What became of a drop. */
export interface Change {
  readonly kind: "opened" | "undone" | "paused" | "resumed" | "extended" | "closed" | "scheduled";
  readonly drop: Drop;
  readonly by: Doer;
}

/** Units that a SKU was given. */
export interface Added {
  readonly sku: string;
  readonly units: number;
  readonly by: Doer;
}

/** A host's command about a drop, by which {@link changes} knows this page's own. */
export type Deed =
  | "open_drop"
  | "undo_drop"
  | "pause_drop"
  | "resume_drop"
  | "extend_drop"
  | "close_drop"
  | "schedule_drop";

const DEEDS = {
  opened: "open_drop",
  undone: "undo_drop",
  paused: "pause_drop",
  resumed: "resume_drop",
  extended: "extend_drop",
  closed: "close_drop",
  scheduled: "schedule_drop",
} as const satisfies Record<Change["kind"], Deed>;

/** What happened to drops between two states; `isMine` says whether this page asked for that of the drop. */
export function changes(before: State, after: State, isMine: (deed: Deed, drop: string) => boolean): Change[] {
  if (before.drops === after.drops) {
    return [];
  }
  const earlier = new Map(before.drops.map((drop) => [drop.drop, drop]));
  return after.drops.flatMap((drop) => {
    const was = earlier.get(drop.drop);
    const kind = was && was !== drop ? whatChanged(was, drop) : null;
    return kind === null ? [] : [{ kind, drop, by: doer(kind, drop, isMine(DEEDS[kind], drop.drop)) }];
  });
}

/** What SKUs were given between two states; `isMine` says whether this page asked for that of the SKU. */
export function added(before: State, after: State, isMine: (sku: string) => boolean): Added[] {
  if (!before.numbers || !after.numbers || before.numbers === after.numbers) {
    return [];
  }
  const earlier = new Map(before.numbers.skus.map((one) => [one.sku, one.allotted]));
  return after.numbers.skus.flatMap(({ sku, allotted }) => {
    const units = allotted - (earlier.get(sku) ?? allotted);
    return units > 0 ? [{ sku, units, by: isMine(sku) ? "me" : "other" }] : [];
  });
}

/** The deed that makes such a change. */
export function deedOf(kind: Change["kind"]): Deed {
  return DEEDS[kind];
}

function whatChanged(was: Drop, is: Drop): Change["kind"] | null {
  if (was.phase === is.phase) {
    return movedTime(was, is);
  }
  switch (is.phase) {
    case "open":
      return was.phase === "paused" ? "resumed" : "opened";
    case "paused":
      return "paused";
    case "closed":
      return "closed";
    case "planned":
      return "undone";
    default:
      return null;
  }
}

function movedTime(was: Drop, is: Drop): "extended" | "scheduled" | null {
  if (was.closes_at !== is.closes_at && is.phase !== "closed") {
    return "extended";
  }
  return was.opens_at !== is.opens_at && is.phase === "planned" ? "scheduled" : null;
}

function doer(kind: Change["kind"], drop: Drop, isMine: boolean): Doer {
  const byItself = kind === "opened" ? wasScheduled(drop) : kind === "closed" ? drop.closed_reason !== "host" : false;
  return isMine ? "me" : byItself ? "nobody" : "other";
}

/** One that opens when its time has come was opened by its schedule. */
function wasScheduled({ opens_at, opened_at }: Drop): boolean {
  return opens_at !== null && opened_at !== null && opened_at >= opens_at;
}
