import type { ReactiveController, ReactiveControllerHost } from "lit";

const hosts = new Map<ReactiveControllerHost, () => void>();

/** Tells everybody who failed for lack of a connection that there is one again. */
export function cameBack(): void {
  for (const again of [...hosts.values()]) {
    again();
  }
}

// The browser knows first; a show's connection knows also of a server that was away.
globalThis.addEventListener?.("online", cameBack);

/** Calls `again` whenever a connection comes back, for as long as its host is on the page. */
export class ComebackController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #again: () => void;

  constructor(host: ReactiveControllerHost, again: () => void) {
    this.#host = host;
    this.#again = again;
    host.addController(this);
  }

  hostConnected(): void {
    hosts.set(this.#host, this.#again);
  }

  hostDisconnected(): void {
    hosts.delete(this.#host);
  }
}
