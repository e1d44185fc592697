import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const PROGRAM = fileURLToPath(new URL("../../../examples/shop/server.js", import.meta.url));

/** The example's shop, a site of its own. */
export class Shop {
  /** Another origin and another site than the server's, which is at 127.0.0.1. */
  readonly url: string;
  readonly #process: ChildProcess;

  private constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  /** `live` is the server's address, `token` the brand's, `tokenTtlMs` how long its viewers' tokens are good for. */
  static async open(port: number, live: string, token: string, tokenTtlMs: number): Promise<Shop> {
    const environment = { LIVE: live, DROPCAST_TOKEN: token, TOKEN_TTL_MS: `${tokenTtlMs}`, PORT: `${port}` };
    const child = spawn(process.execPath, [PROGRAM], {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    return new Shop(`http://localhost:${port}`, child);
  }

  async close(): Promise<void> {
    const exited = once(this.#process, "exit");
    this.#process.kill("SIGTERM");
    await exited;
  }
}
