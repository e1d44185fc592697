import { randomUUID } from "node:crypto";
import type { Browser } from "playwright-core";
import { type Size, Window } from "./browser";
import { Network } from "./network";
import { type Audit, Server } from "./server";

/** Which show it is, and whose. */
export interface Play {
  readonly show: string;
  readonly brand: string;
}

/** A show in which everything can happen: something to choose from, the last of its kind, a draw. */
export const FULL_SHOW = { show: "full-show", brand: "atelier", file: "web/tests/browser/full_show.toml" };

/** A show in draft on a server of its own, and the windows of everybody who comes to it. */
export class Stage {
  readonly server: Server;
  readonly windows: Window[] = [];
  readonly #browser: Browser;
  readonly #play: Play;
  readonly #networks: Network[] = [];

  private constructor(browser: Browser, server: Server, play: Play) {
    this.#browser = browser;
    this.server = server;
    this.#play = play;
  }

  /** The brand has applied the show: a file, from the project's root. */
  static set(browser: Browser, play: Play & { readonly file: string }): Promise<Stage> {
    return Stage.#set(browser, play, async (server) => server.applyShow(play.brand, play.file));
  }

  /** The same with a show that is not in a file, as HTTP takes it; `settings` of the server as the environment has them. */
  static setShow(browser: Browser, show: Play, settings: NodeJS.ProcessEnv = {}): Promise<Stage> {
    return Stage.#set(browser, show, (server) => server.putShow(show.brand, show.show, show), settings);
  }

  /** The show in which everything can happen, live, with the scarves on sale. */
  static async selling(browser: Browser): Promise<Stage> {
    const stage = await Stage.set(browser, FULL_SHOW);
    await stage.run("start");
    await stage.run("drops/scarves/open");
    return stage;
  }

  static async #set(
    browser: Browser,
    play: Play,
    apply: (server: Server) => Promise<void>,
    settings: NodeJS.ProcessEnv = {},
  ): Promise<Stage> {
    const server = await Server.serve(settings);
    try {
      await apply(server);
    } catch (error) {
      await server.stop();
      throw error;
    }
    return new Stage(browser, server, play);
  }

  viewer(name: string, size: Size, network?: Network): Promise<Window> {
    return this.#open("viewer", this.server.token("viewer", name, ["--show", this.#play.show]), size, network);
  }

  host(size: Size): Promise<Window> {
    return this.#open("host", this.server.token("host", "noor", ["--show", this.#play.show]), size);
  }

  brand(size: Size): Promise<Window> {
    const { brand } = this.#play;
    return this.#open("brand", this.server.token("brand", brand, ["--brand", brand]), size);
  }

  /** Any page, as nobody. */
  async page(path: string, size: Size): Promise<Window> {
    return this.#keep(await Window.open(this.#browser, size, `${this.server.url}${path}`));
  }

  /** A network of its own for one window. */
  async network(): Promise<Network> {
    const network = await Network.to(this.server);
    this.#networks.push(network);
    return network;
  }

  /** What the host or a tool of theirs asks over HTTP, such as `start` or `drops/scarves/open`. */
  async run(command: string): Promise<void> {
    const answer = await fetch(`${this.server.url}/v1/shows/${this.#play.show}/${command}`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${this.server.token("host", "noor", ["--show", this.#play.show])}`,
        "idempotency-key": randomUUID(),
        "content-type": "application/json",
      },
      body: "{}",
    });
    if (!answer.ok) {
      throw new Error(`${command} was answered ${answer.status}: ${await answer.text()}`);
    }
  }

  /** The phase of every drop, by its name, as anyone may read it. */
  async phases(): Promise<Record<string, string>> {
    const answer = await fetch(`${this.server.url}/v1/shows/${this.#play.show}`);
    const { drops } = ((await answer.json()) as { public: { drops: { drop: string; phase: string }[] } }).public;
    return Object.fromEntries(drops.map(({ drop, phase }) => [drop, phase]));
  }

  audit(): Audit {
    return this.server.audit(this.#play.brand, this.#play.show);
  }

  async close(): Promise<void> {
    await Promise.all(this.windows.map((window) => window.close()));
    for (const network of this.#networks) {
      network.close();
    }
    await this.server.stop();
  }

  async #open(role: string, token: string, size: Size, way: { readonly url: string } = this.server): Promise<Window> {
    const address = `${way.url}/${role}/?show=${this.#play.show}`;
    return this.#keep(await Window.open(this.#browser, size, address, [[`dropcast.token.${role}`, token]]));
  }

  #keep(window: Window): Window {
    this.windows.push(window);
    return window;
  }
}
