import type { Status } from "@dropcast/client";
import { expect, test } from "vitest";
import { connectionText, lostText } from "../../shared/connection_text";
import { en } from "../../shared/texts/en";

test("a lost connection is counted down to the eye, and said aloud in words that stay", () => {
  const waiting = (seconds: number): Status => ({
    phase: "waiting",
    retryAt: Date.now() + 1_000 * seconds,
    code: 1006,
  });
  expect(connectionText(waiting(9), en)).not.toBe(connectionText(waiting(5), en));
  const statuses: Status[] = [waiting(9), waiting(5), { phase: "connecting" }, waiting(0)];
  expect(new Set(statuses.map((status) => lostText(status, en)))).toEqual(new Set([en.reconnectingNow]));
  expect(lostText({ phase: "connected" }, en)).toBe("");
  expect(lostText({ phase: "closed", reason: "done", code: 1000 }, en)).toBe(en.connectionClosed.done);
});
