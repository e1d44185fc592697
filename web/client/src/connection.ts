import { afterClose, waitMs } from "./backoff.js";
import { ServerClock } from "./clock.js";
import type { Encoding } from "./encoding.js";
import { type ClientMessage, clientMessage, type ServerMessage, serverMessage } from "./messages.js";
import { ReadError } from "./schema.js";
import { cursorOf } from "./state.js";
import { Timers } from "./timers.js";
import { Token } from "./token.js";

/** From opening the socket to being welcomed. */
const WELCOME_WITHIN_MS = 10_000;
/** Whoever hears nothing for so long after asking is on a dead network, whatever the socket believes. */
const HEAR_WITHIN_MS = 5_000;
/** How often the clock is measured, which also shows that the server is still there. */
const MEASURE_EVERY_MS = 20_000;
/** The first measurements follow each other, so that one slow round trip doesn't stay the only one. */
const FIRST_MEASURE_EVERY_MS = 500;
const FIRST_MEASUREMENTS = 4;
/** A connection that lasted so long was a good one: the next failure starts with a short wait again. */
const STABLE_AFTER_MS = 10_000;
/** How long before its end a token is renewed, or at half of its life if that is later. */
const RENEW_BEFORE_MS = 60_000;
/** In an open connection nobody is asked for tokens more often, however soon they end. */
const RENEW_EVERY_MS_MIN = 2_000;

/** Why a connection is closed for good. */
export type ClosedReason = "stopped" | "token" | "forbidden" | "show_unknown" | "protocol" | "done";

/** How the connection stands. */
export type Status =
  | { readonly phase: "connecting" }
  | { readonly phase: "connected" }
  /** Lost; the next attempt is at `retryAt`, by this machine's clock in Unix milliseconds. */
  | { readonly phase: "waiting"; readonly retryAt: number; readonly code: number }
  | { readonly phase: "closed"; readonly reason: ClosedReason; readonly code: number };

/** What is used of a browser's WebSocket. */
export type Socket = Pick<WebSocket, "send" | "close" | "binaryType" | "onopen" | "onmessage" | "onclose">;

export interface ConnectionOptions {
  /** `wss://host/v1/ws`. */
  readonly url: string;
  readonly show: string;
  /** A signed token, or `null` to watch without one. */
  readonly token: string | null;
  /**
   * Asks for a newer token of the same principal: before the old one ends, and when the server doesn't take it.
   * `null`: there is none. A rejection, and no answer in 10 s, is tried again.
   */
  readonly renewToken: () => Promise<string | null>;
  /** Where the viewer came from, in the letters that a server takes; `null`: unknown. */
  readonly source: string | null;
  readonly encoding: Encoding;
  readonly openSocket: (url: string, subprotocol: string) => Socket;
  /** From 0 to below 1. */
  readonly random: () => number;
}

export interface ConnectionEvents {
  status(status: Status): void;
  message(message: ServerMessage): void;
  /** What the server sent is no message: the connection is made anew. */
  unreadable(detail: string): void;
}

/** Keeps a connection to a show: says hello, resumes, comes back, renews the token, measures the clock. */
export class Connection {
  readonly clock = new ServerClock(Date.now);
  status: Status = { phase: "connecting" };
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #timers = new Timers();
  #socket: Socket | null = null;
  readonly #token: Token;
  #cursor: string | null = null;
  #failures = 0;
  #helloAt = 0;
  /** Before this moment the server doesn't want to see us. */
  #notBefore = 0;
  /** The end of the newest token that was replaced, in Unix milliseconds by the server's clock. */
  #renewedUntil = 0;

  constructor(options: ConnectionOptions, events: ConnectionEvents) {
    this.#options = options;
    this.#events = events;
    this.#token = new Token(options.token, options.renewToken);
  }

  open(): void {
    const socket = this.#options.openSocket(this.#options.url, this.#options.encoding.subprotocol);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => this.#hello();
    socket.onmessage = (event) => this.#hear(event.data);
    socket.onclose = (event) => this.#lost(event.code, event.reason);
    this.#timers.set("dead", WELCOME_WITHIN_MS, () => this.#lost(1006, ""));
    this.#become({ phase: "connecting" });
  }

  /** Sends when connected and otherwise not at all; whoever needs an answer asks again after the next welcome. */
  send(message: ClientMessage): void {
    if (this.status.phase === "connected") {
      this.#write(message);
      this.#expectToHear();
    }
  }

  /** The network came back or the page is seen again: comes back now, or finds out whether it is still connected. */
  wake(): void {
    if (this.status.phase === "connected") {
      this.#measure();
    } else if (this.status.phase === "waiting") {
      this.#comeBackIn(Math.max(0, this.#notBefore - Date.now()), this.status.code);
    }
  }

  /** For good; also where a listener does it while it is told of something. */
  close(): void {
    this.#drop();
    this.#become({ phase: "closed", reason: "stopped", code: 1000 });
  }

  #hello(): void {
    this.#helloAt = Date.now();
    const { show, source } = this.#options;
    this.#write({ kind: "hello", value: { show, token: this.#token.value, cursor: this.#cursor, source } });
  }

  #write(message: ClientMessage): void {
    this.#socket?.send(this.#options.encoding.write(clientMessage, message));
  }

  #hear(data: unknown): void {
    if (this.status.phase === "connected") {
      this.#timers.clear("dead");
    }
    let message: ServerMessage | null;
    try {
      message = this.#options.encoding.read(serverMessage, data);
    } catch (error) {
      if (!(error instanceof ReadError)) {
        throw error;
      }
      this.#events.unreadable(error.message);
      // What was missed can't be known, so only a whole snapshot makes it good.
      this.#cursor = null;
      this.#lost(1006, "");
      return;
    }
    if (message) {
      this.#cursor = cursorOf(message) || this.#cursor;
      this.#listen(message);
      this.#events.message(message);
      if (message.kind === "welcome") {
        this.#become({ phase: "connected" });
      }
    }
  }

  #listen(message: ServerMessage): void {
    switch (message.kind) {
      case "welcome":
        this.#timers.clear("dead");
        this.#timers.set("stable", STABLE_AFTER_MS, () => {
          this.#failures = 0;
        });
        this.clock.measured(this.#helloAt, message.value.server_at);
        this.#timers.set("measure", 0, () => this.#measure(FIRST_MEASUREMENTS));
        this.#renewBefore(message.value.token_expires_at);
        break;
      case "clock":
        this.clock.measured(message.value.echo_ms, message.value.server_at);
        break;
      case "refreshed":
        this.#renewBefore(message.value.token_expires_at);
        break;
    }
  }

  #measure(quickOnes = 0): void {
    this.send({ kind: "clock", value: { echo_ms: Date.now() } });
    const nextMs = quickOnes > 1 ? FIRST_MEASURE_EVERY_MS : MEASURE_EVERY_MS;
    this.#timers.set("measure", nextMs, () => this.#measure(quickOnes - 1));
  }

  #expectToHear(): void {
    if (!this.#timers.has("dead")) {
      this.#timers.set("dead", HEAR_WITHIN_MS, () => this.#lost(1006, ""));
    }
  }

  #renewBefore(expiresAt: number | null): void {
    // Whoever gives a token that ends no later has kept the old one: the next is asked for when that has ended.
    if (expiresAt === null || expiresAt <= this.#renewedUntil) {
      return;
    }
    const leftMs = Math.max(0, expiresAt - this.clock.now());
    const inMs = Math.max(leftMs - RENEW_BEFORE_MS, leftMs / 2, RENEW_EVERY_MS_MIN);
    this.#timers.set("renew", inMs, async () => {
      const renewal = await this.#token.renew();
      if (renewal === "renewed" && this.#token.value !== null) {
        this.#renewedUntil = expiresAt;
        this.send({ kind: "refresh", value: { token: this.#token.value } });
      } else if (renewal === "failed" && leftMs > RENEW_EVERY_MS_MIN && this.status.phase === "connected") {
        this.#renewBefore(expiresAt);
      }
    });
  }

  #lost(code: number, reason: string): void {
    if (this.status.phase === "closed") {
      return;
    }
    this.#drop();
    const retryInMs = waitMs(this.#failures, this.#options.random(), code, reason);
    this.#notBefore = Date.now() + waitMs(0, 0, code, reason);
    this.#failures += 1;
    switch (afterClose(code)) {
      case "come_back":
        this.#comeBackIn(retryInMs, code);
        break;
      case "new_token":
        void this.#comeBackWithNewToken(retryInMs, code);
        break;
      case "stay_away":
        this.#become({ phase: "closed", reason: closedReason(code), code });
        break;
    }
  }

  async #comeBackWithNewToken(retryInMs: number, code: number): Promise<void> {
    this.#become({ phase: "waiting", retryAt: Date.now() + retryInMs, code });
    if (this.status.phase !== "waiting") {
      return;
    }
    const renewal = await this.#token.renew();
    if (this.status.phase !== "waiting") {
      return;
    }
    if (renewal === "none") {
      this.#drop();
      this.#become({ phase: "closed", reason: "token", code });
    } else {
      this.#comeBackIn(retryInMs, code);
    }
  }

  #comeBackIn(ms: number, code: number): void {
    // Before anyone is told: who closes when told so clears it.
    this.#timers.set("open", ms, () => this.open());
    this.#become({ phase: "waiting", retryAt: Date.now() + ms, code });
  }

  /** Lets go of the socket: nothing it says later counts, for a dead one may take minutes to say that it closed. */
  #drop(): void {
    this.#timers.clearAll();
    if (this.#socket) {
      this.#socket.onopen = null;
      this.#socket.onmessage = null;
      this.#socket.onclose = null;
      this.#socket.close();
      this.#socket = null;
    }
  }

  /** Whatever is closed stays closed. */
  #become(status: Status): void {
    if (this.status.phase !== "closed") {
      this.status = status;
      this.#events.status(status);
    }
  }
}

function closedReason(code: number): ClosedReason {
  switch (code) {
    case 4003:
      return "forbidden";
    case 4004:
      return "show_unknown";
    case 1000:
      return "done";
    default:
      return "protocol";
  }
}
