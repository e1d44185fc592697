import type { ServerClock } from "./clock.js";
import { type Asked, Commands, type Outcome, type Wish } from "./commands.js";
import { Connection, type Socket, type Status } from "./connection.js";
import { Emitter } from "./emitter.js";
import { type Encoding, json } from "./encoding.js";
import { type Happenings, tellHappenings } from "./happenings.js";
import type { Command, Problem, ServerMessage } from "./messages.js";
import { type CommandStorage, Outbox } from "./outbox.js";
import { asSource, sourceOf } from "./source.js";
import { fold, NOTHING_KNOWN, type State } from "./state.js";
import { tabStorage } from "./tab_storage.js";

export interface ClientOptions {
  /** The server's address, such as `https://live.example`; without one the page's own. */
  readonly server?: string;
  readonly show: string;
  /** A signed token; without one a viewer may watch where the show allows it. */
  readonly token?: string | null;
  /** Asks for a newer token of the same principal; `null` when there is none. */
  readonly renewToken?: () => Promise<string | null>;
  /**
   * Where the viewer came from, the name of a site or of a campaign; `null`: nothing is said. Without one it is the
   * `utm_source` of the page's address, else the host of another site that led to the page.
   */
  readonly source?: string | null;
  /** How messages become frames: JSON, unless `protobuf` of `@dropcast/client/protobuf` is given. */
  readonly encoding?: Encoding;
  /** Where unanswered commands outlive a reload; the tab's own storage unless said otherwise, `null` for nowhere. */
  readonly storage?: CommandStorage | null;
  readonly openSocket?: (url: string, subprotocol: string) => Socket;
  /** From 0 to below 1. */
  readonly random?: () => number;
}

/** What can be listened to. */
export interface ClientEvents extends Happenings {
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
  /** The server can't take what it was sent; also with the code `unreadable_message`, from here. */
  problem: (problem: Problem) => void;
}

/** A show as one client sees it, and the way to act in it. */
export class Client {
  state: State = NOTHING_KNOWN;
  readonly #connection: Connection;
  readonly #commands: Commands;
  readonly #emitter = new Emitter<ClientEvents>();
  readonly #wake = () => {
    if (globalThis.document?.visibilityState !== "hidden") {
      this.#connection.wake();
    }
  };

  /** Connects at once and keeps the connection until {@link close}. */
  constructor(options: ClientOptions) {
    const random = options.random ?? Math.random;
    this.#connection = new Connection(
      {
        url: webSocketAddress(options.server),
        show: options.show,
        token: options.token ?? null,
        renewToken: options.renewToken ?? (async () => null),
        source: options.source === undefined ? sourceOf(globalThis) : asSource(options.source),
        encoding: options.encoding ?? json,
        openSocket: options.openSocket ?? ((url, subprotocol) => new WebSocket(url, subprotocol)),
        random,
      },
      {
        status: (status) => this.#statusChanged(status),
        message: (message) => this.#receive(message),
        unreadable: (detail) => this.#problem({ code: "unreadable_message", detail, key: null }),
      },
    );
    this.#commands = new Commands({
      outbox: new Outbox(options.storage === undefined ? tabStorage : options.storage, options.show),
      random,
      principal: () => whoIs(this.state),
      isConnected: () => this.status.phase === "connected",
      send: (command) => this.#connection.send(command),
      ended: (command, outcome, receipt) => this.#emitter.emit("answered", command, outcome, receipt),
      changed: () => this.#emitter.emit("change"),
    });
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
    return this.#commands.unanswered;
  }

  /** Listens; the returned function ends it. */
  on<E extends keyof ClientEvents>(event: E, listener: ClientEvents[E]): () => void {
    return this.#emitter.on(event, listener);
  }

  /**
   * Asks for something. The same wish while it is unanswered is the same command, so a nervous second press is not a
   * second purchase.
   */
  ask(wish: Wish): Asked {
    return this.#commands.ask(wish);
  }

  /**
   * Finds out now whether the connection still stands: the server answers with its clock, or the connection is given up
   * and comes back. By itself it is looked after every 20 s, too rarely for whoever shows how old a number is.
   */
  check(): void {
    if (this.status.phase === "connected") {
      this.#connection.wake();
    }
  }

  /**
   * Takes the place of another client of the same show, for one who changes who they are without a gap: closes it, and
   * goes on with what it asked, which ends here. What another principal asked ends as `unknown`, and nothing is told of
   * it. Until then this one should have `storage: null`, so that not both ask for what an earlier page left.
   */
  takeOver(other: Client): void {
    other.close();
    this.#commands.takeOver(other.#commands);
  }

  /** Ends the connection for good. What is unanswered stays in the storage for the next client of the same show. */
  close(): void {
    globalThis.removeEventListener?.("online", this.#wake);
    globalThis.document?.removeEventListener("visibilitychange", this.#wake);
    this.#commands.close();
    this.#connection.close();
  }

  #statusChanged(status: Status): void {
    if (status.phase === "connected") {
      this.#commands.welcomed();
    }
    this.#emitter.emit("status", status);
    this.#emitter.emit("change");
  }

  #receive(message: ServerMessage): void {
    const before = this.state;
    this.state = fold(before, message);
    if (message.kind === "answer" && message.value.outcome) {
      this.#commands.answered(message.value.key, message.value.outcome, message.value.receipt);
    } else if (message.kind === "problem") {
      this.#problem(message.value);
    }
    this.#emitter.emit("message", message);
    if (before.show !== null || message.kind !== "snapshot") {
      tellHappenings(before, this.state, (happening, ...values) => this.#emitter.emit(happening, ...values));
    }
    this.#emitter.emit("change");
  }

  #problem(problem: Problem): void {
    if (problem.key !== null) {
      this.#commands.end(problem.key, { kind: "problem", value: problem });
    }
    this.#emitter.emit("problem", problem);
  }
}

/** A host is not the viewer of the same name; `null` before the first welcome. */
function whoIs({ role, principal }: State): string | null {
  return role === "unspecified" ? null : `${role}:${principal ?? ""}`;
}

function webSocketAddress(server?: string): string {
  const address = new URL("/v1/ws", server ?? globalThis.location?.href);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}
