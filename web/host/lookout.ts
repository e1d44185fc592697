import type { Client } from "@dropcast/client";
import { Alarm } from "./alarm";
import { type Alert, alertsOf } from "./alerts";
import type { Change } from "./changes";

/** Keeps an eye on what must not be missed, and raises the alarm for what is new. */
export class Lookout {
  readonly alarm = new Alarm();
  readonly #client: Client;
  readonly #dismissed = new Set<string>();
  #seen: ReadonlySet<string> | null = null;
  #tokenEndsAt: number | null = null;
  #openedByOther: string | null = null;

  constructor(client: Client) {
    this.#client = client;
    client.on("message", (message) => {
      if (message.kind === "welcome" || message.kind === "refreshed") {
        this.#tokenEndsAt = message.value.token_expires_at;
      }
    });
  }

  changed({ kind, drop, by }: Change): void {
    if (kind === "opened") {
      this.#openedByOther = by === "other" ? drop.drop : null;
    }
  }

  /** What must not be missed now and was not dismissed, the worst first. Rings when some of it is new. */
  look(): readonly Alert[] {
    const { state: known, status, clock } = this.#client;
    const all = alertsOf({
      known,
      status,
      now: clock.now(),
      tokenEndsAt: this.#tokenEndsAt,
      openedByOther: this.#openedByOther,
    });
    const alerts = all.filter((alert) => !this.#dismissed.has(alert.id));
    const seen = this.#seen;
    if (seen && alerts.some((alert) => !seen.has(alert.id))) {
      this.alarm.ring();
    }
    // What was there before anybody looked is no news.
    this.#seen = known.show ? new Set(alerts.map((alert) => alert.id)) : null;
    return alerts;
  }

  dismiss(id: string): void {
    this.#dismissed.add(id);
  }
}
