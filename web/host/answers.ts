import type { Command, DropPhase, Outcome } from "@dropcast/client";
import type { Text } from "../shared/texts/en";

/** In which phase a command leaves its drop. */
const LEADS_TO: Partial<Record<Command["kind"], DropPhase>> = {
  open_drop: "open",
  resume_drop: "open",
  undo_drop: "planned",
  pause_drop: "paused",
  close_drop: "closed",
};

/** What the host is told of an answer. */
export interface Said {
  /** `done`: by this host, or by nobody; `news`: by somebody else. */
  readonly tone: "done" | "news" | "bad";
  readonly text: string;
}

/** What the host is told when a press did not do what it says; `null` when it did. `named` is the drop's title. */
export function complaint(command: Command, outcome: Outcome, named: string, t: Text): Said | null {
  switch (outcome.kind) {
    case "refused": {
      const { code, detail, drop_phase } = outcome.value;
      if (code === "drop_phase") {
        return phaseComplaint(command, drop_phase, named, t);
      }
      return bad(t.refusals[code as keyof Text["refusals"]] ?? detail, t);
    }
    case "problem":
      return bad(outcome.value.detail, t);
    case "unknown":
      return bad(t.refusals.unknown, t);
    default:
      return null;
  }
}

/** Whether a command is about a drop. */
export function isAbout(command: Command, drop: string): boolean {
  return "drop" in command.value && command.value.drop === drop;
}

/** Who presses second finds done what was wanted. A drop that closed can't open again, whoever closed it. */
function phaseComplaint(command: Command, phase: DropPhase, named: string, t: Text): Said {
  return phase === LEADS_TO[command.kind]
    ? { tone: "news", text: t.desk.already[phase](named) }
    : bad(t.desk.isNow[phase](named), t);
}

function bad(text: string, t: Text): Said {
  return { tone: "bad", text: `${t.hostRefused}: ${text}` };
}
