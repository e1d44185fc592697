import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { Browser, WebSocketRoute } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { DESKTOP, launch, Window } from "./browser";
import { Server } from "./server";

const SHOW = "atelier-noor";
const UNANSWERED = `dropcast.unanswered.${SHOW}`;

/** The element, and what it has to be given in scripts. */
interface Live extends HTMLElement {
  token: string | null;
  renewToken: () => Promise<string | null>;
}
/** What the page of a test keeps for it. */
interface Kept {
  told: string[];
  asked: number;
  give: (token: string | null) => void;
  listeners: number;
}
declare const live: Live;
declare const kept: Kept;

let browser: Browser;
let server: Server;
/** A shop's site, which has one page. */
let shop: string;
let page: string;
const site = createServer((_, response) => response.setHeader("content-type", "text/html").end(page));
let window: Window;
let connections: Connection[] = [];
/** Whether what the server says on connections that are opened now waits for {@link Connection.letGo}. */
let isHeld: boolean;

beforeAll(async () => {
  browser = await launch();
  await once(site.listen(0, "127.0.0.1"), "listening");
  const address = site.address();
  shop = `http://localhost:${typeof address === "object" ? address?.port : address}`;
  server = await Server.serve({ DROPCAST_ALLOWED_ORIGINS: shop });
  server.applySampleShow();
  for (const what of ["start", "drops/opening/open"]) {
    const headers = {
      authorization: `Bearer ${server.token("host", "noor", ["--show", SHOW])}`,
      "idempotency-key": randomUUID(),
    };
    const answer = await fetch(`${server.url}/v1/shows/${SHOW}/${what}`, { method: "POST", headers });
    expect(answer.ok, what).toBe(true);
  }
});
beforeEach(async () => {
  await window?.close();
  [connections, isHeld] = [[], false];
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
  site.close();
});

/** A token of a viewer; one that ends at another time is another one. */
function tokenOf(viewer: string, ttlSeconds = 600): string {
  return server.token("viewer", viewer, ["--show", SHOW, "--ttl", `${ttlSeconds}`]);
}

/** One connection of the page, of which the first keeps presses from the server. */
class Connection {
  /** The keys of the presses that the page sent. */
  readonly pressed: string[] = [];
  readonly #waiting: (() => void)[] = [];
  #isHeld = isHeld;

  constructor(near: WebSocketRoute, isFirst: boolean) {
    const far = near.connectToServer();
    near.onMessage((frame) => {
      const { reserve } = JSON.parse(String(frame));
      if (reserve) {
        this.pressed.push(reserve.key);
      }
      if (!(reserve && isFirst)) {
        far.send(frame);
      }
    });
    far.onMessage((frame) => {
      this.#waiting.push(() => near.send(frame));
      if (!this.#isHeld) {
        this.letGo();
      }
    });
  }

  letGo(): void {
    this.#isHeld = false;
    for (const say of this.#waiting.splice(0)) {
      say();
    }
  }
}

/** Opens a shop's page with the element; `setup` runs before the element's script does, with `given`. */
async function visit(setup: (given: string | null) => void, given: string | null): Promise<void> {
  window = await Window.open(browser, DESKTOP, "about:blank");
  await window.page.routeWebSocket(/\/v1\/ws$/, (near) => {
    connections.push(new Connection(near, connections.length === 0));
  });
  page = `<!doctype html><html lang="en"><title>Shop</title><live-show show="${SHOW}"></live-show>
    <script>
      const live = document.querySelector("live-show");
      const kept = { told: [], asked: 0, give: null, listeners: 0 };
      for (const name of ["held", "signin-needed"]) live.addEventListener(name, () => kept.told.push(name));
      (${setup})(${JSON.stringify(given)});
    </script>
    <script type="module" src="${server.url}/element/live-show.js"></script>`;
  await window.page.goto(shop);
}

const withToken = (given: string | null) => {
  live.token = given;
};
const change = (token: string | null) =>
  window.page.evaluate((given) => {
    live.token = given;
  }, token);
const told = () => window.page.evaluate(() => kept.told);
const unanswered = () => window.page.evaluate((name) => sessionStorage.getItem(name), UNANSWERED);

test("a press before another token's connection stands is asked by that one, and told once", async () => {
  await visit(withToken, tokenOf("anna"));
  await window.part("buy").first().waitFor();
  isHeld = true;
  await change(tokenOf("anna", 700));
  await expect.poll(() => connections.length).toBe(2);
  await window.part("buy").first().click();
  await expect.poll(() => connections[0]?.pressed.length).toBe(1);
  connections[1]?.letGo();
  await window.part("pay").first().waitFor();
  expect(connections[1]?.pressed).toEqual(connections[0]?.pressed);
  expect(await told()).toEqual(["held"]);
  expect(await unanswered()).toBeNull();
});

test("a press of one viewer is neither sent nor told to the next one", async () => {
  await visit(withToken, tokenOf("berta"));
  await window.part("buy").first().click();
  await expect.poll(() => connections[0]?.pressed.length).toBe(1);
  await change(tokenOf("bob"));
  await expect.poll(unanswered).toBeNull();
  await window.page.locator('button[data-test="buy"]:not([aria-busy="true"])').first().waitFor();
  expect(await window.part("told").allTextContents()).toEqual([]);
  expect([connections[1]?.pressed, await told()]).toEqual([[], []]);
  await window.part("buy").first().click();
  await window.part("pay").first().waitFor();
  expect(connections[1]?.pressed).not.toEqual(connections[0]?.pressed);
});

test("tokens that are not taken leave nothing behind, and what is shown stays", async () => {
  await visit((given) => {
    for (const [name, by] of [
      ["addEventListener", 1],
      ["removeEventListener", -1],
    ] as const) {
      const own = document[name].bind(document);
      document[name] = (type: string, ...rest: [EventListener]) => {
        kept.listeners += type === "visibilitychange" ? by : 0;
        own(type, ...rest);
      };
    }
    live.token = given;
    live.renewToken = async () => null;
  }, tokenOf("carl"));
  await window.part("buy").first().waitFor();
  const before = await window.page.evaluate(() => kept.listeners);
  for (let tokens = 1; tokens <= 3; tokens++) {
    await change(`bad${tokens}`);
    await expect.poll(async () => (await told()).length).toBe(tokens);
  }
  expect(await window.page.evaluate(() => kept.listeners)).toBe(before);
  expect(await window.part("buy").count()).toBeGreaterThan(0);
});

test("an element that is taken out of the page opens no connection until it is back", async () => {
  await visit(() => {
    live.renewToken = () => {
      kept.asked += 1;
      return new Promise((resolve) => {
        kept.give = resolve;
      });
    };
  }, null);
  await expect.poll(() => window.page.evaluate(() => kept.asked)).toBe(1);
  const moved = (what: "remove" | "append", token: string | null) =>
    window.page.evaluate(
      async ([how, given]) => {
        if (how === "append") {
          document.body.append(live);
        } else {
          live.remove();
          kept.give(given ?? null);
          live.token = given ?? null;
          // Whoever is out of the page still updates, soon.
          await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        }
      },
      [what, token] as const,
    );
  await moved("remove", tokenOf("dora"));
  await moved("append", null);
  await window.part("buy").first().waitFor();
  await moved("remove", null);
  await moved("append", null);
  await window.part("sign-in").first().waitFor();
  expect(connections).toHaveLength(2);
});

test("a shop that can give no token at first is asked again, while the show is watched", async () => {
  await visit(() => {
    live.renewToken = () => {
      kept.asked += 1;
      if (kept.asked === 1) {
        throw new Error("not ready");
      }
      return new Promise((resolve, reject) => {
        kept.give = (token) => (token === null ? reject(new Error("offline")) : resolve(token));
      });
    };
  }, null);
  await window.part("sign-in").first().waitFor();
  const give = (token: string | null) => window.page.evaluate((given) => kept.give(given), token);
  await expect.poll(() => window.page.evaluate(() => kept.asked)).toBe(2);
  await give(null);
  await expect.poll(() => window.page.evaluate(() => kept.asked)).toBe(3);
  await give(tokenOf("emma"));
  await window.part("buy").first().waitFor();
  expect(await told()).toEqual([]);
  expect(window.errors).toEqual([]);
});
