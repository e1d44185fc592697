import type { Wish } from "@dropcast/client";
import type { Press } from "./press";

/** A wish of the host, and the name of the button that rests after it. */
export interface Ask {
  readonly wish: Wish;
  readonly button: string;
}

/** The names under which buttons rest. */
export const buttonNames = {
  press: "press",
  /** Pausing and resuming, which take turns in one place. */
  phase: (drop: string) => `phase ${drop}`,
  extend: (drop: string) => `extend ${drop}`,
  add: (drop: string, sku: string) => `add ${drop} ${sku}`,
};

/** Everything that a host asks for. Times are Unix milliseconds by the server's clock. */
export const asks = {
  end: (): Ask => ({ wish: { kind: "end_show", value: {} }, button: "end" }),
  /** Out of its turn. */
  open: (drop: string): Ask => ({ wish: { kind: "open_drop", value: { drop } }, button: `open ${drop}` }),
  /** `null` takes the schedule back, which need not wait for the rest after what it takes back. */
  schedule: (drop: string, opensAt: number | null): Ask => ({
    wish: { kind: "schedule_drop", value: { drop, opens_at: opensAt } },
    button: `schedule ${drop} ${opensAt}`,
  }),
  pause: (drop: string): Ask => ({ wish: { kind: "pause_drop", value: { drop } }, button: buttonNames.phase(drop) }),
  resume: (drop: string): Ask => ({ wish: { kind: "resume_drop", value: { drop } }, button: buttonNames.phase(drop) }),
  /** Was asked twice already: it rests for nothing but itself. */
  close: (drop: string): Ask => ({ wish: { kind: "close_drop", value: { drop } }, button: `close ${drop}` }),
  extend: (drop: string, byMs: number): Ask => ({
    wish: { kind: "extend_drop", value: { drop, by_ms: byMs } },
    button: buttonNames.extend(drop),
  }),
  add: (drop: string, sku: string, units: number): Ask => ({
    wish: { kind: "add_units", value: { drop, sku, units } },
    button: buttonNames.add(drop, sku),
  }),
  /** What the big press asks for now; `null` while it waits for an answer, and when there is nothing to do. */
  press(press: Press): Ask | null {
    const button = buttonNames.press;
    switch (press.kind) {
      case "start":
        return { wish: { kind: "start_show", value: {} }, button };
      case "open":
        return { wish: { kind: "open_drop", value: { drop: press.drop.drop } }, button };
      case "undo":
        return { wish: { kind: "undo_drop", value: { drop: press.drop.drop } }, button };
      default:
        return null;
    }
  },
};
