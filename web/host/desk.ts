import type { Client, Command, Outcome, State, Wish } from "@dropcast/client";
import { type Ask, buttonNames } from "./asks";
import { type Added, added, type Change, changes, type Deed, deedOf } from "./changes";
import { meaningOf, type Press, pressOf } from "./press";
import { Rests } from "./rests";

/** A change is this page's own when it asked for it no longer ago than this: then it gives up asking, too. */
const MINE_FOR_MS = 60_000;

/** What the desk tells its page. */
export interface DeskEvents {
  /** A drop changed, by whomever. */
  changed(change: Change): void;
  /** Units were added, by whomever. */
  added(added: Added): void;
  /** A command ended. */
  answered(command: Command, outcome: Outcome): void;
}

/** What the host asks for, at most once per press; and who did what happens. */
export class Desk {
  readonly client: Client;
  readonly #events: DeskEvents;
  readonly #rests = new Rests();
  /** When this page asked for a deed, by the deed and what it is about; by a clock that nobody sets. */
  readonly #mine = new Map<string, number>();
  #before: State;
  #meaning: string | null = null;

  constructor(client: Client, events: DeskEvents) {
    this.client = client;
    this.#events = events;
    this.#before = client.state;
    for (const command of client.unanswered) {
      this.#remember(command);
    }
    client.on("message", () => this.#follow());
    client.on("answered", (command, outcome) => this.#answered(command, outcome));
  }

  /** What the big press does now; it rests whenever that changes. */
  press(): Press {
    const press = pressOf(this.client.state, this.client.unanswered, this.client.clock.now());
    const meaning = meaningOf(press);
    if (this.#meaning !== null && this.#meaning !== meaning) {
      this.#rests.rest(buttonNames.press, performance.now());
    }
    this.#meaning = meaning;
    return press;
  }

  /** The names of the buttons that rest now. */
  get resting(): ReadonlySet<string> {
    return this.#rests.at(performance.now());
  }

  /**
   * Asks, unless the button rests, or the connection is closed for good: what is asked then would be kept, and done once
   * somebody signs in again. Whether it asked.
   */
  ask({ wish, button }: Ask): boolean {
    if (this.resting.has(button) || this.client.status.phase === "closed") {
      return false;
    }
    this.#rests.rest(button, performance.now());
    this.#remember(wish);
    this.client.ask(wish);
    return true;
  }

  #follow(): void {
    const [before, after] = [this.#before, this.client.state];
    this.#before = after;
    // What was before the first snapshot was never seen, so nothing changed.
    if (before.show === null || before === after) {
      return;
    }
    this.press();
    for (const change of changes(before, after, (deed, drop) => this.#isMine(deed, drop))) {
      this.#mine.delete(nameOf(deedOf(change.kind), change.drop.drop));
      this.#rests.rest(buttonNames.phase(change.drop.drop), performance.now());
      this.#events.changed(change);
    }
    for (const one of added(before, after, (sku) => this.#isMine("add_units", sku))) {
      this.#events.added(one);
    }
  }

  #answered(command: Command, outcome: Outcome): void {
    if (outcome.kind === "refused" || outcome.kind === "problem") {
      this.#mine.delete(nameOfDeed(command) ?? "");
    }
    this.#events.answered(command, outcome);
  }

  #remember(wish: Wish): void {
    const name = nameOfDeed(wish);
    if (name !== null) {
      this.#mine.set(name, performance.now());
    }
  }

  #isMine(deed: Deed | "add_units", about: string): boolean {
    const askedAt = this.#mine.get(nameOf(deed, about));
    return askedAt !== undefined && performance.now() - askedAt <= MINE_FOR_MS;
  }
}

function nameOfDeed(wish: Wish): string | null {
  if (wish.kind === "add_units") {
    return nameOf(wish.kind, wish.value.sku);
  }
  return "drop" in wish.value && wish.value.drop ? nameOf(wish.kind, wish.value.drop) : null;
}

function nameOf(kind: Wish["kind"], about: string): string {
  return `${kind} ${about}`;
}
