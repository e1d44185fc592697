import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PROGRAM = process.env.DROPCAST_BIN ?? `${ROOT}target/debug/dropcast`;
const READY_WITHIN_MS = 30_000;
const STOP_WITHIN_MS = 15_000;

/** What is read of the audit's report. Amounts are in minor units. */
export interface Audit {
  readonly currency: string;
  readonly totals: { readonly held: number; readonly sold: number; readonly revenue_minor: number };
  readonly orders: { readonly placed: number; readonly paid: number; readonly revenue_minor: number };
  readonly violations_count: number;
}

/** A real server, on a free port, with a data directory of its own. */
export class Server {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #directory: string;
  readonly #environment: NodeJS.ProcessEnv;

  private constructor(url: string, process: ChildProcess, directory: string, environment: NodeJS.ProcessEnv) {
    this.url = url;
    this.#process = process;
    this.#directory = directory;
    this.#environment = environment;
  }

  /** The sample show, live, with nobody but those whom the test brings; with its picture, or with a video. */
  static demo(shows: "picture" | "video" = "picture"): Promise<Server> {
    const without = shows === "video" ? [] : ["--no-video"];
    return Server.#start((listen) => ["demo", "--listen", listen, "--viewers", "0", "--no-host", ...without]);
  }

  /** A server without shows that gives tokens to nobody; `settings` as the environment has them. */
  static serve(settings: NodeJS.ProcessEnv = {}): Promise<Server> {
    const how = (listen: string, directory: string) => ["serve", "--listen", listen, "--data-dir", `${directory}/data`];
    return Server.#start(how, settings);
  }

  static async #start(
    how: (listen: string, directory: string) => string[],
    settings: NodeJS.ProcessEnv = {},
  ): Promise<Server> {
    if (!existsSync(PROGRAM)) {
      throw new Error(`there is no ${PROGRAM}: build it with cargo, or name another in DROPCAST_BIN`);
    }
    const directory = mkdtempSync(`${tmpdir()}/dropcast-browser-`);
    const listen = `127.0.0.1:${await freePort()}`;
    const environment = {
      ...process.env,
      DROPCAST_TOKEN_SECRET: "a secret for the browser test, 32 bytes or more",
      // All the people of a test come from one address.
      DROPCAST_LIMITS__PER_ADDRESS_PER_SECOND: "0",
      ...settings,
    };
    const child = spawn(PROGRAM, how(listen, directory), { cwd: ROOT, env: environment, stdio: "inherit" });
    const server = new Server(`http://${listen}`, child, directory, environment);
    await server.#untilReady();
    return server;
  }

  token(role: "viewer" | "host" | "brand", principal: string, scope: string[]): string {
    return this.#run(["token", "--role", role, "--principal", principal, ...scope]).trim();
  }

  applySampleShow(): void {
    this.applyShow("atelier-noor", "examples/atelier-noor/show.toml");
  }

  /** `file` is a path from the project's root. */
  applyShow(brand: string, file: string): void {
    const token = this.token("brand", brand, ["--brand", brand]);
    this.#run(["show", "apply", file, "--url", this.url], { DROPCAST_TOKEN: token });
  }

  async putShow(brand: string, name: string, show: unknown): Promise<void> {
    const answer = await fetch(`${this.url}/v1/shows/${name}`, {
      method: "PUT",
      headers: {
        authorization: `Bearer ${this.token("brand", brand, ["--brand", brand])}`,
        "content-type": "application/json",
      },
      body: JSON.stringify(show),
    });
    if (!answer.ok) {
      throw new Error(`the show was answered ${answer.status}: ${await answer.text()}`);
    }
  }

  /** What a show comes to when its journal is added up, without the server's own state. */
  audit(brand: string, show: string): Audit {
    const token = this.token("brand", brand, ["--brand", brand]);
    return JSON.parse(this.#run(["audit", show, "--url", this.url], { DROPCAST_TOKEN: token }));
  }

  /** Stops the process in its tracks, as a dead network looks from the other end. */
  freeze(): void {
    this.#process.kill("SIGSTOP");
  }

  thaw(): void {
    this.#process.kill("SIGCONT");
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null) {
      const exited = once(this.#process, "exit");
      const late = setTimeout(() => this.#process.kill("SIGKILL"), STOP_WITHIN_MS);
      this.thaw();
      this.#process.kill("SIGTERM");
      await exited;
      clearTimeout(late);
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #run(commands: string[], environment: NodeJS.ProcessEnv = {}): string {
    return execFileSync(PROGRAM, commands, {
      cwd: ROOT,
      env: { ...this.#environment, ...environment },
      encoding: "utf8",
    });
  }

  async #untilReady(): Promise<void> {
    const deadline = Date.now() + READY_WITHIN_MS;
    while (Date.now() < deadline && this.#process.exitCode === null) {
      const ready = await fetch(`${this.url}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) {
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await this.stop();
    throw new Error("the server did not become ready");
  }
}

/** A port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") {
    throw new Error("no free port");
  }
  return address.port;
}
