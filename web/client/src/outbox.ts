import { type Command, command } from "./messages.js";

/** The most commands without an answer; one more is turned away at once. */
export const COMMANDS_MAX = 32;
/**
 * A command is asked again for a minute. After that nobody expects it any more, and the snapshot tells what became of
 * it: it ends as `unknown`, never as failed.
 */
export const GIVE_UP_AFTER_MS = 60_000;

/** Where commands are kept; it should outlive a reload and end with the tab, as `sessionStorage` does. */
export type CommandStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** A command that has no answer yet. */
export interface Unanswered {
  readonly command: Command;
  /** When it was asked first, by this machine's clock in Unix milliseconds. */
  readonly askedAt: number;
  /** Who asked, as far as that was known: nobody sends another's commands. */
  readonly principal: string | null;
  /** How often it was sent. */
  readonly sent: number;
}

/**
 * The commands without an answer, in the order in which they were asked, kept in a storage until they have one: a
 * click is never sent again under another key, and never lost when the page reloads. What another client of the show
 * keeps there stays.
 */
export class Outbox {
  #unanswered: Map<string, Unanswered>;
  readonly #storage: CommandStorage | null;
  readonly #name: string;

  /** Takes up what the page left in `storage` before it was reloaded. */
  constructor(storage: CommandStorage | null, show: string) {
    this.#storage = storage;
    this.#name = `dropcast.unanswered.${show}`;
    this.#unanswered = new Map(this.#load().map((entry) => [entry.command.value.key, entry]));
  }

  get all(): readonly Unanswered[] {
    return [...this.#unanswered.values()];
  }

  get full(): boolean {
    return this.#unanswered.size >= COMMANDS_MAX;
  }

  get(key: string): Unanswered | undefined {
    return this.#unanswered.get(key);
  }

  put(entry: Unanswered): void {
    const { key } = entry.command.value;
    this.#unanswered.set(key, entry);
    this.#save(key);
  }

  /** Takes it out; `undefined` when it had its answer before. */
  take(key: string): Unanswered | undefined {
    const entry = this.#unanswered.get(key);
    if (this.#unanswered.delete(key)) {
      this.#save(key);
    }
    return entry;
  }

  #load(): Unanswered[] {
    try {
      const stored: unknown = JSON.parse(this.#storage?.getItem(this.#name) ?? "[]");
      return Array.isArray(stored) ? stored.flatMap(read).slice(0, COMMANDS_MAX) : [];
    } catch {
      // A storage that is forbidden or holds something else is as good as none.
      return [];
    }
  }

  #save(changed: string): void {
    const isOthers = ({ command: { value } }: Unanswered) => value.key !== changed && !this.#unanswered.has(value.key);
    const kept = [...this.#load().filter(isOthers), ...this.all];
    try {
      if (kept.length === 0) {
        this.#storage?.removeItem(this.#name);
      } else {
        const entries = kept.map((entry) => ({ ...entry, command: command.write(entry.command) }));
        this.#storage?.setItem(this.#name, JSON.stringify(entries));
      }
    } catch {
      // A full or forbidden storage costs the memory across a reload, not the command.
    }
  }
}

function read(stored: Record<string, unknown>): Unanswered[] {
  try {
    const asked = command.read(stored.command, "command");
    const { askedAt, principal, sent } = stored;
    return asked && typeof askedAt === "number" && typeof sent === "number"
      ? [{ command: asked, askedAt, sent, principal: typeof principal === "string" ? principal : null }]
      : [];
  } catch {
    return [];
  }
}
