import { type Client, json, type ServerMessage } from "@dropcast/client";
import { protobuf } from "@dropcast/client/protobuf";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { WebSocket } from "ws";
import { launch, PHONE, Window } from "./browser";
import { clientOf, demoSession, openNextDrop } from "./demo_client";
import { Server } from "./server";

/** The shortest life of a token that still lets it be renewed in time. */
const SHORT_MS = 3_000;

/** Scripts that run before a page's own. */
const FILL = `for (let size = 2 ** 22; size >= 1; size /= 2) {
  try {
    sessionStorage.rubbish = (sessionStorage.rubbish ?? "") + "x".repeat(size);
  } catch {}
}`;
const FORBID = `Object.defineProperty(window, "sessionStorage", {
  get() {
    throw new DOMException("forbidden", "SecurityError");
  },
});`;

let server: Server;
let drop: string;
let sku: string;
const clients: Client[] = [];

beforeAll(async () => {
  server = await Server.demo();
  const open = await openNextDrop(server);
  drop = open.drop;
  sku = open.items[0]?.sku ?? "";
});
afterEach(() => {
  for (const client of clients.splice(0)) {
    client.close();
  }
});
afterAll(() => server?.stop());

const wish = () => ({ kind: "reserve", value: { drop, sku, quantity: 1, with: [] } }) as const;

describe.each([
  ["JSON", json],
  ["protobuf", protobuf],
])("the client and a real server, in %s", (_, encoding) => {
  test("buys, and goes on where it was after its connection is cut", async () => {
    const sockets: WebSocket[] = [];
    const welcomes: boolean[] = [];
    const client = keep(clientOf(server, await demoSession(server, "viewer"), { encoding, random: () => 0 }, sockets));
    client.on("message", (message) => message.kind === "welcome" && welcomes.push(message.value.resumed));
    await expect.poll(() => client.state.show?.phase).toBe("live");
    expect(sockets[0]?.protocol).toBe(encoding.subprotocol);

    const held = await client.ask(wish()).outcome;
    expect(held).toMatchObject({ kind: "held", value: { sku, state: "held" } });
    const { reservation } = client.state.reservations[0] ?? { reservation: 0 };
    sockets[0]?.terminate();
    const sold = await client.ask({ kind: "confirm", value: { reservation } }).outcome;
    expect(sold).toMatchObject({ kind: "sold", value: { order: { reservation } } });
    expect(welcomes).toEqual([false, true]);
    expect(client.state.drops.find((one) => one.drop === drop)?.phase).toBe("open");
    expect(client.state.orders).toHaveLength(1);
  });

  test("says where its viewer came from, and the brand sees it", async () => {
    const source = `mail:${encoding.subprotocol}`;
    const brand = keep(clientOf(server, await demoSession(server, "brand")));
    keep(clientOf(server, await demoSession(server, "viewer"), { encoding, source }));
    await expect.poll(() => brand.state.numbers?.sources).toContainEqual({ source, viewers: 1 });
  });

  test("renews its token in the open connection, and stays when the old one is over", async () => {
    const brand = await demoSession(server, "brand");
    const principal = `shopper-${encoding.subprotocol}`;
    const first = { show: brand.show, token: await tokenOf(brand, principal, SHORT_MS) };
    const sockets: WebSocket[] = [];
    const renewToken = () => tokenOf(brand, principal, 600_000);
    const client = keep(clientOf(server, first, { encoding, renewToken }, sockets));
    const ends: number[] = [];
    client.on("message", (message) => ends.push(...endOfToken(message)));
    await expect.poll(() => ends.length).toBe(2);
    await expect.poll(() => client.clock.now()).toBeGreaterThan((ends[0] ?? 0) + 500);
    expect(client.status.phase).toBe("connected");
    expect((await client.ask(wish()).outcome).kind).toBe("held");
    expect(sockets).toHaveLength(1);
  });
});

describe("a press in a browser whose storage is", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(() => browser?.close());

  test.each([
    ["as it should be", ""],
    ["full", FILL],
    ["forbidden", FORBID],
  ])("%s is one purchase, although the page was reloaded before its answer", async (_, prepare) => {
    const session = await demoSession(server, "viewer");
    const window = await Window.open(browser, PHONE, `${server.url}/favicon.svg`);
    await window.page.addInitScript(prepare);
    const wire = await holdBackAnswers(window.page);
    await window.page.goto(server.url);
    await loadAndPress(window.page, session);
    await expect.poll(() => wire.keys.length).toBe(1);

    await window.page.reload();
    wire.holdsBack = false;
    await loadAndPress(window.page, session);
    await expect.poll(() => window.page.evaluate("client.unanswered.length")).toBe(0);
    expect(await window.page.evaluate("client.state.reservations.length")).toBe(1);
    expect(wire.keys.length).toBeGreaterThan(1);
    expect(new Set(wire.keys).size).toBe(1);
    await window.close();
  });
});

function keep(client: Client): Client {
  clients.push(client);
  return client;
}

/** A token for a viewer, as a shop's backend asks for it. */
async function tokenOf(brand: { token: string; show: string }, principal: string, ttl_ms: number): Promise<string> {
  const answer = await fetch(`${server.url}/v1/tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${brand.token}`, "content-type": "application/json" },
    body: JSON.stringify({ role: "viewer", principal, show: brand.show, ttl_ms }),
  });
  return ((await answer.json()) as { token: string }).token;
}

function endOfToken(message: ServerMessage): number[] {
  return message.kind === "welcome" || message.kind === "refreshed" ? [message.value.token_expires_at ?? 0] : [];
}

/** What a page of a shop does that has no build; somebody presses twice before it is connected. */
async function loadAndPress(page: Page, session: object): Promise<void> {
  await page.evaluate(`import("/client/dropcast.js").then(({ Client }) => {
    window.client = new Client(${JSON.stringify(session)});
    client.ask(${JSON.stringify(wish())});
    client.ask(${JSON.stringify(wish())});
  })`);
}

/** Stands between a page and the server, and keeps what becomes of its presses from the page. */
async function holdBackAnswers(page: Page) {
  const wire = { holdsBack: true, keys: [] as string[] };
  await page.routeWebSocket(/\/v1\/ws$/, (inPage) => {
    const inServer = inPage.connectToServer();
    inPage.onMessage((message) => {
      const { reserve } = JSON.parse(String(message));
      wire.keys.push(...(reserve ? [reserve.key] : []));
      inServer.send(message);
    });
    inServer.onMessage((message) => {
      if (!(wire.holdsBack && /^{"(answer|reservation_changed)"/.test(String(message)))) {
        inPage.send(message);
      }
    });
  });
  return wire;
}
