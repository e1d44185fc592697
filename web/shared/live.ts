import { Client, type ClientEvents, type ClientOptions, type Command } from "@dropcast/client";
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { cameBack } from "./comeback";

/** A client whose changes render its host anew. */
export class LiveController implements ReactiveController {
  readonly client: Client;
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost, options: ClientOptions) {
    this.#host = host;
    this.client = new Client(options);
    this.client.on("change", () => host.requestUpdate());
    this.client.on("status", ({ phase }) => {
      if (phase === "connected") {
        cameBack();
      }
    });
    host.addController(this);
  }

  hostDisconnected(): void {
    this.client.close();
  }

  /** Lets go of the host, and of the connection. */
  end(): void {
    this.#host.removeController(this);
    this.client.close();
  }

  /** Goes on with what another one of the host asked, and lets go of that. */
  takeOver(other: LiveController): void {
    this.#host.removeController(other);
    this.client.takeOver(other.client);
  }

  onAnswered(listener: ClientEvents["answered"]): void {
    this.client.on("answered", listener);
  }

  /** The unanswered commands of a kind. */
  unanswered<K extends Command["kind"]>(kind: K): Extract<Command, { kind: K }>["value"][] {
    return this.client.unanswered.filter((command) => command.kind === kind).map((command) => command.value) as never;
  }
}
