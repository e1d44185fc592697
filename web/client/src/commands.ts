import { type AnswerOutcome, type Command, command, type Problem } from "./messages.js";
import { GIVE_UP_AFTER_MS, type Outbox, type Unanswered } from "./outbox.js";
import { Timers } from "./timers.js";

/** Connected but without an answer for so long: the command is sent again, with its key. */
const ANSWER_WITHIN_MS = 10_000;

/** How a command ended. */
export type Outcome =
  | Exclude<AnswerOutcome, { kind: "retry" | "pending" }>
  /** The server can't take it as it is; also with the code `too_many_unanswered`, from here. */
  | { readonly kind: "problem"; readonly value: Problem }
  /** No answer within a minute: what became of it is in the reservations and orders once connected. */
  | { readonly kind: "unknown" };

type Content<C> = C extends Command ? { kind: C["kind"]; value: Omit<C["value"], "key" | "attempt"> } : never;
/** A command without its key, which the client makes. */
export type Wish = Content<Command>;

/** A command under way. */
export interface Asked {
  readonly key: string;
  /** Never rejects. */
  readonly outcome: Promise<Outcome>;
}

/** What commands need of the connection, and whom they tell. */
export interface CommandsOptions {
  readonly outbox: Outbox;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Who asks, as the newest welcome said; `null` before the first. */
  readonly principal: () => string | null;
  /** Whether it was welcomed in an open connection. */
  readonly isConnected: () => boolean;
  readonly send: (command: Command) => void;
  readonly ended: (command: Command, outcome: Outcome, receipt: string | null) => void;
  /** There is one more without an answer, or one less. */
  readonly changed: () => void;
}

/** Asks until there is an answer: again after a cut, a reload or a retry, always with the same key. */
export class Commands {
  readonly #options: CommandsOptions;
  #outbox: Outbox;
  readonly #timers = new Timers();
  readonly #waiting = new Map<string, { promise: Promise<Outcome>; resolve: (outcome: Outcome) => void }>();

  constructor(options: CommandsOptions) {
    this.#options = options;
    this.#outbox = options.outbox;
    for (const entry of this.#outbox.all) {
      this.#giveUpInTime(entry);
    }
  }

  /** Also those from before a reload. */
  get unanswered(): readonly Command[] {
    return this.#outbox.all.map((entry) => entry.command);
  }

  /** The same wish while it is unanswered is the same command. */
  ask(wish: Wish): Asked {
    const content = contentOf(wish);
    const same = this.#outbox.all.find((entry) => contentOf(entry.command) === content);
    if (same) {
      return this.#asked(same.command.value.key);
    }
    const key = newKey();
    if (this.#outbox.full) {
      const detail = "Too many commands wait for their answers.";
      return {
        key,
        outcome: Promise.resolve({ kind: "problem", value: { code: "too_many_unanswered", detail, key } }),
      };
    }
    const command = { kind: wish.kind, value: { ...wish.value, key, attempt: null } } as Command;
    const entry: Unanswered = { command, askedAt: Date.now(), principal: this.#options.principal(), sent: 0 };
    // Stored before it is sent: a reload in between sends it, with this key.
    this.#outbox.put(entry);
    this.#giveUpInTime(entry);
    const asked = this.#asked(key);
    this.#submit(key);
    this.#options.changed();
    return asked;
  }

  /** After every welcome: what another principal left is none of ours, the rest is asked again. */
  welcomed(): void {
    for (const { command, principal } of this.#outbox.all) {
      const { key } = command.value;
      if (principal !== null && principal !== this.#options.principal()) {
        // Without a word: whoever listens is not who asked.
        this.#take(key, { kind: "unknown" });
        this.#options.changed();
      } else {
        this.#submit(key);
      }
    }
  }

  /** Goes on with what `other` asked, which asks no more: with its keys, its storage, and whoever waits for an answer. */
  takeOver(other: Commands): void {
    other.close();
    for (const entry of this.#outbox.all) {
      other.#outbox.put(entry);
    }
    this.#outbox = other.#outbox;
    for (const [key, waiting] of other.#waiting) {
      this.#waiting.set(key, waiting);
    }
    for (const entry of this.#outbox.all) {
      this.#giveUpInTime(entry);
    }
    if (this.#options.isConnected()) {
      this.welcomed();
    }
    this.#options.changed();
  }

  answered(key: string, outcome: AnswerOutcome, receipt: string | null): void {
    if (outcome.kind === "retry" || outcome.kind === "pending") {
      this.#submitIn(key, outcome.value.after_ms);
    } else {
      this.end(key, outcome, receipt);
    }
  }

  end(key: string, outcome: Outcome, receipt: string | null = null): void {
    const entry = this.#take(key, outcome);
    if (entry) {
      this.#options.ended(entry.command, outcome, receipt);
      this.#options.changed();
    }
  }

  /** What is unanswered stays in the storage. */
  close(): void {
    this.#timers.clearAll();
  }

  /** Only whoever asked for it is told; `undefined` when it had its answer before. */
  #take(key: string, outcome: Outcome): Unanswered | undefined {
    this.#timers.clear(`submit ${key}`);
    this.#timers.clear(`give up ${key}`);
    this.#waiting.get(key)?.resolve(outcome);
    this.#waiting.delete(key);
    return this.#outbox.take(key);
  }

  #submit(key: string): void {
    const entry = this.#outbox.get(key);
    if (!entry || !this.#options.isConnected()) {
      return;
    }
    const principal = this.#options.principal();
    // Counted and stored before it leaves: a reload in between may only overstate how often it was sent.
    this.#outbox.put({ ...entry, principal, sent: entry.sent + 1 });
    const attempt = entry.sent === 0 ? null : entry.sent;
    this.#options.send({ ...entry.command, value: { ...entry.command.value, attempt } } as Command);
    this.#timers.set(`submit ${key}`, ANSWER_WITHIN_MS, () => this.#submit(key));
  }

  /** Spread out by up to half, so that all who were told the same don't return at the same moment. */
  #submitIn(key: string, afterMs: number): void {
    if (this.#outbox.get(key)) {
      this.#timers.set(`submit ${key}`, afterMs * (1 + this.#options.random() / 2), () => this.#submit(key));
    }
  }

  /** Within the minute even where this machine's clock was set back since. */
  #giveUpInTime(entry: Unanswered): void {
    const { key } = entry.command.value;
    const leftMs = Math.max(0, entry.askedAt + GIVE_UP_AFTER_MS - Date.now());
    this.#timers.set(`give up ${key}`, Math.min(leftMs, GIVE_UP_AFTER_MS), () => this.end(key, { kind: "unknown" }));
  }

  #asked(key: string): Asked {
    let waiting = this.#waiting.get(key);
    if (!waiting) {
      let resolve: (outcome: Outcome) => void = () => {};
      const promise = new Promise<Outcome>((settle) => {
        resolve = settle;
      });
      waiting = { promise, resolve };
      this.#waiting.set(key, waiting);
    }
    return { key, outcome: waiting.promise };
  }
}

/** What is asked, whatever its key and however often it was sent. */
function contentOf(wish: Wish | Command): string {
  return JSON.stringify(
    command.write({ kind: wish.kind, value: { ...wish.value, key: "", attempt: null } } as Command),
  );
}

/** 128 random bits. `crypto.randomUUID` would need a secure context, which a page on a local network is not. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
