import { once } from "node:events";
import { connect, createServer, type Server as Listener, type Socket } from "node:net";

/**
 * The way between one window and the server. When it is cut, nothing arrives and nobody is told, as on a dead network:
 * connections can still be opened, and lead nowhere. What was on the way arrives once it is mended.
 */
export class Network {
  readonly #listener: Listener;
  readonly #far: URL;
  readonly #ways = new Set<Way>();
  #isCut = false;

  private constructor(listener: Listener, far: URL) {
    this.#listener = listener;
    this.#far = far;
    listener.on("connection", (near) => this.#connect(near));
  }

  static async to(server: { readonly url: string }): Promise<Network> {
    const listener = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
    await once(listener, "listening");
    return new Network(listener, new URL(server.url));
  }

  /** Where the server is found on the other side. */
  get url(): string {
    const address = this.#listener.address();
    return `http://127.0.0.1:${typeof address === "object" ? address?.port : address}`;
  }

  cut(): void {
    this.#isCut = true;
    for (const way of this.#ways) {
      way.cut();
    }
  }

  mend(): void {
    this.#isCut = false;
    for (const way of this.#ways) {
      way.mend();
    }
  }

  close(): void {
    this.#listener.close();
    for (const way of this.#ways) {
      way.close();
    }
  }

  #connect(near: Socket): void {
    const way = new Way(near, connect(Number(this.#far.port), this.#far.hostname), () => this.#ways.delete(way));
    this.#ways.add(way);
    if (!this.#isCut) {
      way.mend();
    }
  }
}

/** One connection and its other half. */
class Way {
  readonly #near: Socket;
  readonly #far: Socket;

  constructor(near: Socket, far: Socket, closed: () => void) {
    this.#near = near;
    this.#far = far;
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      // The other half ends as this one does; an error is followed by its close.
      one.on("error", () => {});
      one.on("close", () => {
        other.destroy();
        closed();
      });
    }
  }

  cut(): void {
    this.#near.unpipe(this.#far).pause();
    this.#far.unpipe(this.#near).pause();
  }

  mend(): void {
    this.#near.pipe(this.#far);
    this.#far.pipe(this.#near);
  }

  close(): void {
    this.#near.destroy();
    this.#far.destroy();
  }
}
