import type { Server } from "./server";

/** Viewers without a window, over HTTP. */
export class Shopper {
  readonly #server: Server;
  readonly #show: string;

  constructor(server: Server, show: string) {
    this.#server = server;
    this.#show = show;
  }

  /** Holds a unit for a viewer; answers with the reservation's number. */
  async hold(viewer: string, drop: string, sku: string): Promise<number> {
    const answer = await this.#ask(viewer, "reservations", { drop, sku, quantity: 1 });
    return answer.held.reservation;
  }

  async buy(viewer: string, drop: string, sku: string): Promise<void> {
    const reservation = await this.hold(viewer, drop, sku);
    await this.#ask(viewer, `reservations/${reservation}/confirm`, {});
  }

  async #ask(viewer: string, path: string, body: object): Promise<{ held: { reservation: number } }> {
    const response = await fetch(`${this.#server.url}/v1/shows/${this.#show}/${path}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${this.#server.token("viewer", viewer, ["--show", this.#show])}`,
        "content-type": "application/json",
        "idempotency-key": crypto.randomUUID(),
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) {
      throw new Error(`POST ${path} answered ${response.status}: ${await response.text()}`);
    }
    return response.json();
  }
}
