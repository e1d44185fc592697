import type { ReactiveController, ReactiveControllerHost } from "lit";

/** Often enough that a countdown never shows a second that is over for longer than a tenth, with time left to draw. */
const TICK_MS = 50;

const hosts = new Map<ReactiveControllerHost, () => boolean>();
let timer: ReturnType<typeof setInterval> | null = null;

/** Renders its host anew whenever `isStale` says so; one timer serves all of a page. */
export class TickController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #isStale: () => boolean;

  constructor(host: ReactiveControllerHost, isStale: () => boolean) {
    this.#host = host;
    this.#isStale = isStale;
    host.addController(this);
  }

  hostConnected(): void {
    hosts.set(this.#host, this.#isStale);
    timer ??= setInterval(tick, TICK_MS);
  }

  hostDisconnected(): void {
    hosts.delete(this.#host);
    if (hosts.size === 0 && timer !== null) {
      clearInterval(timer);
      timer = null;
    }
  }
}

function tick(): void {
  for (const [host, isStale] of hosts) {
    if (isStale()) {
      host.requestUpdate();
    }
  }
}
