import type { ServerClock } from "./clock";
import { Connection, type Socket, type Status } from "./connection";
import { type AnswerOutcome, type Command, type Problem, type ServerMessage, writeCommand } from "./messages";
import { type CommandStorage, GIVE_UP_AFTER_MS, Outbox, type Unanswered } from "./outbox";
import { fold, NOTHING_KNOWN, type State } from "./state";
import { Timers } from "./timers";

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

export interface ClientOptions {
  /** The server's address, such as `https://live.example`; without one the page's own. */
  readonly server?: string;
  readonly show: string;
  /** A signed token; without one a viewer may watch where the show allows it. */
  readonly token?: string | null;
  /** Asks for a newer token of the same principal; `null` when there is none. */
  readonly renewToken?: () => Promise<string | null>;
  /** Where unanswered commands outlive a reload; `sessionStorage` unless said otherwise. */
  readonly storage?: CommandStorage | null;
  readonly openSocket?: (url: string, subprotocol: string) => Socket;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** What can be listened to. */
export interface ClientEvents {
  /** The state, the connection's status or the unanswered commands changed. */
  change: () => void;
  status: (status: Status) => void;
  /** Every message, after it was folded into the state. */
  message: (message: ServerMessage) => void;
  /**
   * A command ended, also one that was asked before a reload. An acceptance has a signed receipt that proves it: whoever
   * may have to prove it later keeps that.
   */
  answered: (command: Command, outcome: Outcome, receipt: string | null) => void;
  problem: (problem: Problem) => void;
}

/** A show as one client sees it, and the way to act in it. */
export class Client {
  state: State = NOTHING_KNOWN;
  readonly #connection: Connection;
  readonly #outbox: Outbox;
  readonly #timers = new Timers();
  readonly #random: () => number;
  readonly #waiting = new Map<string, { promise: Promise<Outcome>; resolve: (outcome: Outcome) => void }>();
  readonly #listeners: { [E in keyof ClientEvents]: Set<ClientEvents[E]> } = {
    change: new Set(),
    status: new Set(),
    message: new Set(),
    answered: new Set(),
    problem: new Set(),
  };
  readonly #wake = () => {
    if (globalThis.document?.visibilityState !== "hidden") {
      this.#connection.wake();
    }
  };

  /** Connects at once and keeps the connection until {@link close}. */
  constructor(options: ClientOptions) {
    this.#random = options.random ?? Math.random;
    this.#outbox = new Outbox(options.storage === undefined ? sessionStorageOrNone() : options.storage, options.show);
    this.#connection = new Connection(
      {
        url: webSocketAddress(options.server),
        show: options.show,
        token: options.token ?? null,
        renewToken: options.renewToken ?? (async () => null),
        openSocket: options.openSocket ?? ((url, subprotocol) => new WebSocket(url, subprotocol)),
        random: this.#random,
      },
      { status: (status) => this.#statusChanged(status), message: (message) => this.#receive(message) },
    );
    for (const entry of this.#outbox.all) {
      this.#giveUpInTime(entry);
    }
    globalThis.addEventListener?.("online", this.#wake);
    globalThis.document?.addEventListener("visibilitychange", this.#wake);
    this.#connection.open();
  }

  get status(): Status {
    return this.#connection.status;
  }

  get clock(): ServerClock {
    return this.#connection.clock;
  }

  /** The commands that have no answer yet, also those from before a reload. */
  get unanswered(): readonly Command[] {
    return this.#outbox.all.map((entry) => entry.command);
  }

  /** Listens; the returned function ends it. */
  on<E extends keyof ClientEvents>(event: E, listener: ClientEvents[E]): () => void {
    this.#listeners[event].add(listener);
    return () => this.#listeners[event].delete(listener);
  }

  /**
   * Asks for something. The same wish while it is unanswered is the same command, so a nervous second press is not a
   * second purchase.
   */
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
    const entry: Unanswered = { command, askedAt: Date.now(), principal: null, sent: 0 };
    this.#outbox.put(entry);
    this.#giveUpInTime(entry);
    const asked = this.#asked(key);
    this.#submit(key);
    this.#emit("change");
    return asked;
  }

  /** Ends the connection. What is unanswered stays in the storage for the next client of the same show. */
  close(): void {
    globalThis.removeEventListener?.("online", this.#wake);
    globalThis.document?.removeEventListener("visibilitychange", this.#wake);
    this.#timers.clearAll();
    this.#connection.close();
  }

  #statusChanged(status: Status): void {
    if (status.phase === "connected") {
      this.#resubmit();
    }
    this.#emit("status", status);
    this.#emit("change");
  }

  #receive(message: ServerMessage): void {
    this.state = fold(this.state, message);
    if (message.kind === "answer" && message.value.outcome) {
      this.#answered(message.value.key, message.value.outcome, message.value.receipt);
    } else if (message.kind === "problem") {
      this.#problem(message.value);
    }
    this.#emit("message", message);
    this.#emit("change");
  }

  #answered(key: string, outcome: AnswerOutcome, receipt: string | null): void {
    if (outcome.kind === "retry" || outcome.kind === "pending") {
      this.#submitIn(key, outcome.value.after_ms);
    } else {
      this.#finish(key, outcome, receipt);
    }
  }

  #problem(problem: Problem): void {
    if (problem.key !== null) {
      this.#finish(problem.key, { kind: "problem", value: problem });
    }
    this.#emit("problem", problem);
  }

  #finish(key: string, outcome: Outcome, receipt: string | null = null): void {
    this.#timers.clear(`submit ${key}`);
    this.#timers.clear(`give up ${key}`);
    const entry = this.#outbox.take(key);
    if (entry) {
      this.#waiting.get(key)?.resolve(outcome);
      this.#waiting.delete(key);
      this.#emit("answered", entry.command, outcome, receipt);
      this.#emit("change");
    }
  }

  /** After every welcome: what another principal left is none of ours, the rest is asked again. */
  #resubmit(): void {
    for (const { command, principal } of this.#outbox.all) {
      const { key } = command.value;
      if (principal !== null && principal !== this.#principal()) {
        this.#finish(key, { kind: "unknown" });
      } else {
        this.#submit(key);
      }
    }
  }

  #submit(key: string): void {
    const entry = this.#outbox.get(key);
    if (!entry || this.status.phase !== "connected") {
      return;
    }
    // Counted and stored before it leaves: a reload in between may only overstate how often it was sent.
    this.#outbox.put({ ...entry, principal: this.#principal(), sent: entry.sent + 1 });
    const attempt = entry.sent === 0 ? null : entry.sent;
    this.#connection.send({ ...entry.command, value: { ...entry.command.value, attempt } } as Command);
    this.#timers.set(`submit ${key}`, ANSWER_WITHIN_MS, () => this.#submit(key));
  }

  /** Spread out by up to half, so that all who were told the same don't return at the same moment. */
  #submitIn(key: string, afterMs: number): void {
    if (this.#outbox.get(key)) {
      this.#timers.set(`submit ${key}`, afterMs * (1 + this.#random() / 2), () => this.#submit(key));
    }
  }

  #giveUpInTime(entry: Unanswered): void {
    const { key } = entry.command.value;
    const leftMs = Math.max(0, entry.askedAt + GIVE_UP_AFTER_MS - Date.now());
    this.#timers.set(`give up ${key}`, leftMs, () => this.#finish(key, { kind: "unknown" }));
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

  #principal(): string {
    return `${this.state.role}:${this.state.principal ?? ""}`;
  }

  #emit<E extends keyof ClientEvents>(event: E, ...values: Parameters<ClientEvents[E]>): void {
    for (const listener of this.#listeners[event] as Set<(...values: Parameters<ClientEvents[E]>) => void>) {
      listener(...values);
    }
  }
}

/** What is asked, whatever its key and however often it was sent. */
function contentOf(wish: Wish | Command): string {
  return JSON.stringify(writeCommand({ kind: wish.kind, value: { ...wish.value, key: "", attempt: null } } as Command));
}

/** 128 random bits. `crypto.randomUUID` would need a secure context, which a page on a local network is not. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function webSocketAddress(server?: string): string {
  const address = new URL("/v1/ws", server ?? globalThis.location?.href);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}

/** Even reading the property throws where storage is forbidden. */
function sessionStorageOrNone(): CommandStorage | null {
  try {
    return globalThis.sessionStorage ?? null;
  } catch {
    return null;
  }
}
