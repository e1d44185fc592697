import { randomUUID } from "node:crypto";
import WebSocket from "ws";

/** How often it is looked whether presses are due. */
const TICK_MS = 10;
/** Where shoppers go, and as whom. */
export interface Shop {
  /** `ws://host/v1/ws`. */
  readonly address: string;
  readonly show: string;
  /** One for each shopper. */
  readonly tokens: readonly string[];
  /** What is sold: a drop and a SKU for each press, in turn. */
  readonly articles: readonly { readonly drop: string; readonly sku: string }[];
}

/** Viewers who hold one unit and give it back, so that the stock changes at a steady rate. */
export class Shoppers {
  /** Holds and returns that were acknowledged. */
  changes = 0;
  /** Presses that were answered otherwise. */
  failures = 0;
  readonly #all: Shopper[];
  readonly #idle: Shopper[];
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(all: Shopper[]) {
    this.#all = all;
    this.#idle = [...all];
    for (const shopper of all) {
      shopper.onAnswered = (isChange) => {
        this.changes += isChange ? 1 : 0;
        this.failures += isChange ? 0 : 1;
        this.#idle.push(shopper);
      };
    }
  }

  static async arrive(shop: Shop): Promise<Shoppers> {
    return new Shoppers(await Promise.all(shop.tokens.map((token, place) => Shopper.arrive(shop, token, place))));
  }

  /** Presses so often, until they leave. Whatever could not be pressed in time is pressed as soon as it can be. */
  press(perSecond: number): void {
    const startedAt = performance.now();
    let pressed = 0;
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - startedAt) / 1_000) * perSecond);
      for (let shopper = this.#idle.shift(); shopper; shopper = pressed < due ? this.#idle.shift() : undefined) {
        pressed += 1;
        shopper.press();
      }
    }, TICK_MS);
  }

  leave(): void {
    clearInterval(this.#timer);
    for (const shopper of this.#all) {
      shopper.leave();
    }
  }
}

class Shopper {
  onAnswered: (isChange: boolean) => void = () => {};
  readonly #socket: WebSocket;
  readonly #article: { readonly drop: string; readonly sku: string };
  #held: number | null = null;

  private constructor(socket: WebSocket, article: { readonly drop: string; readonly sku: string }) {
    this.#socket = socket;
    this.#article = article;
  }

  static async arrive({ address, show, articles }: Shop, token: string, place: number): Promise<Shopper> {
    const article = articles[place % articles.length];
    if (!article) {
      throw new Error("nothing is sold");
    }
    const socket = new WebSocket(address, "dropcast.v1.json");
    const shopper = new Shopper(socket, article);
    await new Promise<void>((welcomed, failed) => {
      socket.on("error", failed);
      socket.on("close", (code) => failed(new Error(`a shopper was sent away: ${code}`)));
      socket.on("open", () => socket.send(JSON.stringify({ hello: { show, token } })));
      socket.on("message", (data) => {
        const text = String(data);
        if (text.startsWith('{"snapshot"')) {
          welcomed();
        } else if (text.startsWith('{"answer"')) {
          shopper.#answered(JSON.parse(text).answer.outcome);
        }
      });
    });
    return shopper;
  }

  /** Gives back what is held, else holds one. */
  press(): void {
    const key = randomUUID();
    const command =
      this.#held === null
        ? { reserve: { key, ...this.#article, quantity: 1 } }
        : { release: { key, reservation: this.#held } };
    this.#socket.send(JSON.stringify(command));
  }

  leave(): void {
    this.#socket.removeAllListeners("close");
    this.#socket.close();
  }

  #answered(outcome: { held?: { reservation: number }; released?: unknown }): void {
    this.#held = outcome.held?.reservation ?? null;
    this.onAnswered(outcome.held !== undefined || outcome.released !== undefined);
  }
}
