import type { Command, Outcome } from "@dropcast/client";
import type { Text } from "../shared/texts/en";

/** What the host is told when a press did not do what it says; `null` when it did. */
export function complaint(outcome: Outcome, t: Text): string | null {
  switch (outcome.kind) {
    case "refused": {
      const { code, detail } = outcome.value;
      return t.refusals[code as keyof Text["refusals"]] ?? detail;
    }
    case "problem":
      return outcome.value.detail;
    case "unknown":
      return t.refusals.unknown;
    default:
      return null;
  }
}

/** Whether a command is about a drop. */
export function isAbout(command: Command, drop: string): boolean {
  return "drop" in command.value && command.value.drop === drop;
}
