import { Client, type ClientEvents, type Command } from "@dropcast/client";
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { type PageRole, renewSession } from "./session";

/** A client whose changes render its host anew. */
export class LiveController implements ReactiveController {
  readonly client: Client;

  constructor(host: ReactiveControllerHost, role: PageRole, show: string, token: string | null) {
    this.client = new Client({
      show,
      token,
      renewToken: () => (token === null ? Promise.resolve(null) : renewSession(role)),
    });
    this.client.on("change", () => host.requestUpdate());
    host.addController(this);
  }

  hostDisconnected(): void {
    this.client.close();
  }

  onAnswered(listener: ClientEvents["answered"]): void {
    this.client.on("answered", listener);
  }

  /** The unanswered commands of a kind. */
  unanswered<K extends Command["kind"]>(kind: K): Extract<Command, { kind: K }>["value"][] {
    return this.client.unanswered.filter((command) => command.kind === kind).map((command) => command.value) as never;
  }
}
