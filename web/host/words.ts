import type { Command, State } from "@dropcast/client";
import { articleName } from "../shared/catalogue";
import { count } from "../shared/format";
import { nameInLanguage } from "../shared/language";
import type { Text } from "../shared/texts/en";
import type { Said } from "./answers";
import type { Added, Change } from "./changes";

/** What happened to a drop and who did it. */
export function newsOf({ kind, drop, by }: Change, t: Text): Said {
  const name = nameInLanguage(drop.title);
  if (by === "nobody") {
    const text = kind === "closed" ? `“${name}”: ${t.closedBecause[drop.closed_reason]}` : t.desk.openedByItself(name);
    return { tone: "done", text };
  }
  return by === "me"
    ? { tone: "done", text: t.desk.did[kind](t.desk.you, name) }
    : { tone: "news", text: t.desk.did[kind](t.desk.another, name) };
}

/** What was added and by whom. */
export function addedNews({ sku, units, by }: Added, known: State, t: Text): Said {
  const who = by === "me" ? t.desk.you : t.desk.another;
  return { tone: by === "me" ? "done" : "news", text: t.desk.added(who, units, count(units), articleName(known, sku)) };
}

/** A command that waits for its answer, in a few words. */
export function deedText(command: Command, known: State, t: Text): string {
  const about = "drop" in command.value ? command.value.drop : null;
  const drop = known.drops.find((one) => one.drop === about);
  const name = drop ? nameInLanguage(drop.title) : "";
  const label = labelOf(command, known, t);
  return name ? `${label}: ${name}` : label;
}

function labelOf(command: Command, known: State, t: Text): string {
  switch (command.kind) {
    case "start_show":
      return t.start;
    case "end_show":
      return t.end;
    case "open_drop":
      return t.openDrop;
    case "undo_drop":
      return t.desk.undo;
    case "pause_drop":
      return t.pause;
    case "resume_drop":
      return t.resume;
    case "extend_drop":
      return t.desk.extendBy(command.value.by_ms / 1_000);
    case "close_drop":
      return t.closeDrop;
    case "schedule_drop":
      return t.desk.plan;
    case "add_units":
      return `${t.addUnits(command.value.units)} ${articleName(known, command.value.sku)}`;
    default:
      return command.kind;
  }
}
