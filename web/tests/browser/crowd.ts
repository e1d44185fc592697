import { once } from "node:events";
import { WebSocket } from "ws";
import type { Server } from "./server";

/** People of one show without a window: a host who presses, and viewers who watch and buy. */
export class Crowd {
  readonly #server: Server;
  readonly #show: string;
  readonly #sockets: WebSocket[] = [];
  #keys = 0;

  constructor(server: Server, show: string) {
    this.#server = server;
    this.#show = show;
  }

  /** Watches from now on; `source` says where from. */
  async watch(viewer: string, source: string | null): Promise<void> {
    const socket = new WebSocket(`${this.#server.url.replace("http", "ws")}/v1/ws`, "dropcast.v1.json");
    this.#sockets.push(socket);
    await once(socket, "open");
    socket.send(JSON.stringify({ hello: { show: this.#show, token: this.#token("viewer", viewer), source } }));
    await once(socket, "message");
  }

  /** What the host presses: `start`, `end`, `drops/…/open`. */
  async host(path: string): Promise<void> {
    expectDone(await this.#post(path, this.#token("host", "noor"), {}));
  }

  /** Asks for units; returns the reservation, or `null` when it is refused. */
  async reserve(viewer: string, drop: string, sku: string, quantity: number): Promise<number | null> {
    const answer = await this.#post("reservations", this.#token("viewer", viewer), { drop, sku, quantity });
    return answer.status === 409 ? null : (await expectDone(answer).json()).held.reservation;
  }

  async buy(viewer: string, drop: string, sku: string, quantity: number): Promise<void> {
    const reservation = await this.reserve(viewer, drop, sku, quantity);
    expectDone(await this.#post(`reservations/${reservation}/confirm`, this.#token("viewer", viewer), {}));
  }

  leave(): void {
    for (const socket of this.#sockets) {
      socket.terminate();
    }
  }

  #token(role: "viewer" | "host", principal: string): string {
    return this.#server.token(role, principal, ["--show", this.#show]);
  }

  #post(path: string, token: string, body: object): Promise<Response> {
    this.#keys += 1;
    const headers = {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "idempotency-key": `key-${this.#keys}`,
    };
    const address = `${this.#server.url}/v1/shows/${this.#show}/${path}`;
    return fetch(address, { method: "POST", headers, body: JSON.stringify(body) });
  }
}

function expectDone(answer: Response): Response {
  if (!answer.ok) {
    throw new Error(`${answer.url} answered ${answer.status}`);
  }
  return answer;
}
