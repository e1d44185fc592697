import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { seriousProblems } from "./accessibility";
import { DESKTOP, launch, PHONE, type Size, Window } from "./browser";
import { pictureTime } from "./picture_time";
import { freePort, Server } from "./server";
import { Shop } from "./shop";

const SHOW = "atelier-noor";
/** Short enough that a test sees tokens being renewed. */
const TOKEN_TTL_MS = 4_000;
/** Of the element's scripts, each compressed, in bytes. */
const WEIGHT_MAX = 60 * 1_024;
/** What may leave the element. */
const EVENTS = ["held", "sold", "refused", "phase", "signin-needed"];

let browser: Browser;
let server: Server;
let shop: Shop;
let opened: Window[] = [];

beforeAll(async () => {
  browser = await launch();
  const port = await freePort();
  server = await Server.serve({ DROPCAST_ALLOWED_ORIGINS: `http://localhost:${port}` });
  server.applySampleShow();
  server.applyShow(SHOW, "web/tests/browser/members.toml");
  shop = await Shop.open(port, server.url, server.token("brand", "shop", ["--brand", SHOW]), TOKEN_TTL_MS);
  await asHost(SHOW, "start");
  await asHost("members", "start");
  await asHost(SHOW, "drops/opening/open");
  await asHost(SHOW, "drops/opening/extend", { by_ms: 600_000 });
});
beforeEach(async () => {
  await Promise.all(opened.map((window) => window.close()));
  opened = [];
});
afterAll(async () => {
  await browser?.close();
  await shop?.close();
  await server?.stop();
});

async function asHost(show: string, what: string, body?: object): Promise<void> {
  const token = server.token("host", "noor", ["--show", show]);
  const headers = { authorization: `Bearer ${token}`, "idempotency-key": randomUUID() };
  const content = body && { headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`${server.url}/v1/shows/${show}/${what}`, { method: "POST", headers, ...content });
  expect(answer.ok, `${what}: ${answer.status}`).toBe(true);
}

/** The shop's page, which writes down what it sees of the element. */
async function visit(size: Size, path = "/"): Promise<Window> {
  const window = await Window.open(browser, size, "about:blank");
  opened.push(window);
  await window.page.addInitScript(() => {
    const seen: { name: string; detail: unknown }[] = [];
    Object.assign(globalThis, { seen });
    const dispatch = EventTarget.prototype.dispatchEvent;
    const listening = new Set<string>();
    EventTarget.prototype.dispatchEvent = function (event) {
      if (event instanceof CustomEvent && !listening.has(event.type)) {
        listening.add(event.type);
        document.addEventListener(event.type, ({ type, detail }: CustomEventInit & Event) => {
          seen.push({ name: type, detail });
        });
      }
      return dispatch.call(this, event);
    };
    document.addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
      seen.push({ name: "securitypolicyviolation", detail: `${violatedDirective} ${blockedURI}` });
    });
  });
  await window.page.goto(`${shop.url}${path}`);
  return window;
}

interface Seen {
  readonly name: string;
  readonly detail: Record<string, unknown>;
}

async function seen(window: Window): Promise<Seen[]> {
  return window.page.evaluate(() => (globalThis as unknown as { seen: Seen[] }).seen);
}

async function styleOf(window: Window, part: string, property: string): Promise<string> {
  const read = (element: Element, name: string) => getComputedStyle(element).getPropertyValue(name);
  return window.part(part).first().evaluate(read, property);
}

/** What went wrong in a window; that nobody was signed in yet is written down by the browser, too. */
function errorsOf({ errors }: Window): string[] {
  return errors.filter((error) => !error.includes("401 (Unauthorized)"));
}

async function signIn(window: Window): Promise<void> {
  await window.part("sign-in").first().click();
  await window.page.locator("#sign-in-button").click();
  await window.part("buy").first().waitFor();
}

test.each([PHONE, DESKTOP])("a shop's visitor on a $name watches, signs in when it matters, and buys", async (size) => {
  const window = await visit(size);
  await window.part("sign-in").first().waitFor();
  expect(await window.part("buy").count()).toBe(0);
  await window.picture("element-watching");
  expect(await seriousProblems(window)).toEqual([]);

  await signIn(window);
  await window.picture("element-open");
  await window.part("buy").first().click();
  await window.part("pay").first().waitFor();
  await window.picture("element-held");
  await window.part("pay").first().click();
  await window.part("confirm").waitFor();
  await window.picture("element-checkout");
  expect(await seriousProblems(window)).toEqual([]);
  await window.part("confirm").click();
  await window.part("confirmed").waitFor();
  await expect.poll(() => window.page.locator("#basket").textContent()).toBe("1");

  const events = await seen(window);
  expect([...new Set(events.map((event) => event.name))].filter((name) => !EVENTS.includes(name))).toEqual([]);
  const of = (name: string) => events.find((event) => event.name === name)?.detail;
  expect(of("phase")).toEqual({ phase: "live" });
  expect(of("signin-needed")).toEqual({ reason: "buy", drop: "opening", sku: expect.any(String) });
  const total = { amount_minor: 1_900, currency: "EUR" };
  const lines = [{ sku: of("signin-needed")?.sku, quantity: 1 }];
  const reservation = expect.any(Number);
  expect(of("held")).toEqual({ reservation, drop: "opening", lines, total, expires_at: expect.any(Number) });
  expect(of("sold")).toEqual({ order: expect.any(Number), reservation, drop: "opening", lines, total });
  expect(await window.fits()).toBe(true);
  expect(errorsOf(window)).toEqual([]);
});

test("who is signed in already connects once, with a token, and stays when the token is renewed", async () => {
  const window = await visit(DESKTOP);
  await signIn(window);
  const hellos: string[] = [];
  window.page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      if (String(payload).includes('"hello"') || String(payload).includes('"refresh"')) {
        hellos.push(Object.keys(JSON.parse(String(payload)))[0] ?? "");
      }
    });
  });
  await window.page.reload();
  await window.part("buy").first().waitFor();
  await expect.poll(() => hellos.filter((kind) => kind === "refresh").length).toBeGreaterThan(2);
  expect(hellos.filter((kind) => kind === "hello")).toEqual(["hello"]);
  await window.part("buy").first().click();
  await window.part("pay").first().waitFor();
  expect(errorsOf(window)).toEqual([]);
});

test("a show that is watched with a token says so, and what is missing can be given", async () => {
  const window = await visit(DESKTOP);
  await window.part("sign-in").first().waitFor();
  await window.page.evaluate(() => {
    const live = document.querySelector("live-show") as HTMLElement & { token: null };
    live.token = null;
    live.setAttribute("show", "members");
  });
  await window.page.getByRole("heading", { name: "Watching this show takes a sign-in at the shop." }).waitFor();
  // The shop asks at once who is there.
  await window.page.locator("#sign-in").waitFor();
  await window.page.keyboard.press("Escape");
  await window.picture("element-needs-token");
  const needed = async () => (await seen(window)).filter((event) => event.name === "signin-needed");
  expect((await needed())[0]?.detail).toEqual({ reason: "watch", drop: null, sku: null });

  const player = window.page.waitForResponse(/\/assets\/hls/);
  const token = server.token("viewer", "anna", ["--show", "members"]);
  await window.page.evaluate((given) => {
    Object.assign(document.querySelector("live-show") as HTMLElement, { token: given });
  }, token);
  await window.page.getByRole("heading", { name: "For members" }).waitFor();
  // It has a video, so the player comes, from the show's server.
  expect((await player).url().startsWith(server.url)).toBe(true);
  await window.page.getByText("The video can't be played. Buying still works.").waitFor();
  // Each show tells its own, also where it is the same.
  const phases = (await seen(window)).filter((event) => event.name === "phase");
  expect(phases.map(({ detail }) => detail)).toEqual([{ phase: "live" }, { phase: "live" }]);
  expect((await seen(window)).filter((event) => event.name === "securitypolicyviolation")).toEqual([]);
});

test("a video plays under the shop's policy, and says what time it is in it", async () => {
  const filmed = await Server.demo("video");
  try {
    const window = await visit(DESKTOP);
    // The show's video as a network of its own would bring it: from the server's origin, with leave to read it there.
    await window.page.route(/\/examples\/(none\.m3u8|\d+\.ts)$/, async (route) => {
      const file = new URL(route.request().url()).pathname.replace("/examples/", "").replace("none", "live");
      const answer = await fetch(`${filmed.url}/demo/video/${file}`);
      const headers = { "access-control-allow-origin": "*", "content-type": answer.headers.get("content-type") ?? "" };
      await route.fulfill({ status: answer.status, headers, body: Buffer.from(await answer.arrayBuffer()) });
    });
    await window.page.evaluate(
      (token) => {
        const live = document.querySelector("live-show") as HTMLElement & { token: string };
        Object.assign(live, { token });
        live.setAttribute("show", "members");
      },
      server.token("viewer", "anna", ["--show", "members"]),
    );
    const video = window.page.locator("video");
    const playedTo = () => video.evaluate((one: HTMLVideoElement) => one.currentTime);
    await expect.poll(() => pictureTime(window), { timeout: 60_000 }).toBeTypeOf("number");
    const [before, time] = [await playedTo(), await pictureTime(window)];
    await expect.poll(playedTo, { timeout: 20_000 }).toBeGreaterThan(before + 1);
    expect(await pictureTime(window)).toBeGreaterThan(time ?? Number.NaN);
    expect(await video.evaluate((one: HTMLVideoElement) => one.videoWidth)).toBe(640);
    await window.picture("element-video");
    expect((await seen(window)).filter((event) => event.name === "securitypolicyviolation")).toEqual([]);
    expect(errorsOf(window)).toEqual([]);
  } finally {
    await filmed.stop();
  }
});

test("the element is light, and leaves the player where it is while there is no video", async () => {
  const window = await Window.open(browser, PHONE, "about:blank");
  opened.push(window);
  const scripts = new Map<string, Promise<number>>();
  window.page.on("response", (response) => {
    const { origin, pathname } = new URL(response.url());
    if (origin === server.url && pathname.endsWith(".js")) {
      scripts.set(
        pathname,
        response.body().then((body) => gzipSync(body).length),
      );
    }
  });
  await window.page.goto(shop.url);
  await window.part("sign-in").first().waitFor();
  const addresses = [...scripts.keys()];
  expect(addresses).toContain("/element/live-show.js");
  expect(addresses.filter((path) => path.includes("hls"))).toEqual([]);
  const weights = await Promise.all(scripts.values());
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeLessThan(WEIGHT_MAX);
});

test("the shop's colours, radius and font are the element's, and its other styles are not", async () => {
  const window = await visit(DESKTOP);
  await signIn(window);
  const look = (property: string) => styleOf(window, "buy", property);
  expect(await look("background-color")).toBe("rgb(31, 95, 82)");
  expect(await look("border-radius")).toBe("2px");
  expect(await look("font-family")).toContain("Georgia");
  // 0.9375 rem of the browser's own, though the shop's root element says that a rem is 10 pixels.
  const size = window.page.locator("viewer-show").evaluate((show) => getComputedStyle(show).fontSize);
  expect(await size).toBe("15px");

  await window.page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      * { color: red !important; font-family: monospace !important; text-transform: uppercase !important; }
      button, dialog { display: none; }
      :root { --accent: lime; --space-4: 90px; }
      live-show { --live-show-accent: rgb(1, 2, 3); }
    `);
    document.adoptedStyleSheets = [sheet];
  });
  expect(await look("background-color")).toBe("rgb(1, 2, 3)");
  expect(await look("color")).toBe("rgb(255, 255, 255)");
  expect(await look("font-family")).toContain("Georgia");
  expect(await look("text-transform")).toBe("none");
  expect(await look("padding-left")).toBe("16px");
});

test("what the element brings with it changes nothing in the shop's page", async () => {
  const measure = () =>
    [...document.querySelectorAll("header, nav a, main > h1, .products li, footer")].map((element) => {
      const { color, fontSize, fontFamily, boxSizing } = getComputedStyle(element);
      return [element.getBoundingClientRect().width, color, fontSize, fontFamily, boxSizing].join(" ");
    });
  const without = await Window.open(browser, DESKTOP, "about:blank");
  opened.push(without);
  await without.page.route(/live-show\.js/, (route) => route.abort());
  await without.page.goto(shop.url);
  await without.page.locator("footer").waitFor();
  const before = await without.page.evaluate(measure);
  const names = await without.page.evaluate(() => Object.keys(globalThis));

  const window = await visit(DESKTOP);
  await window.part("sign-in").first().waitFor();
  expect(await window.page.evaluate(measure)).toEqual(before);
  const page = await window.page.evaluate(() => ({
    lang: document.documentElement.lang,
    sheets: document.styleSheets.length + document.adoptedStyleSheets.length,
    title: document.title,
    names: Object.keys(globalThis),
  }));
  expect(page).toMatchObject({ lang: "en", sheets: 1, title: "Atelier Noor" });
  // Lit says which versions of it there are, and this test says what it saw.
  const added = page.names.filter((name) => !names.includes(name) && !/^(lit|reactiveElement)|^seen$/.test(name));
  expect(added).toEqual([]);
});

test("the element stores what docs/embedding.md says, and nothing else", async () => {
  const window = await visit(DESKTOP);
  await signIn(window);
  const stored = () =>
    window.page.evaluate(() => ({
      session: Object.keys(sessionStorage).sort(),
      local: Object.keys(localStorage),
      history: history.state,
      cookies: document.cookie,
    }));
  // The press waits for its answer as long as the server does nothing.
  server.freeze();
  try {
    await window.part("buy").first().click();
    const session = [`dropcast.seen.${SHOW}`, `dropcast.unanswered.${SHOW}`];
    await expect.poll(stored).toEqual({ session, local: [], history: null, cookies: "" });
  } finally {
    server.thaw();
  }
  await window.part("pay").first().waitFor({ timeout: 60_000 });
  expect(await stored()).toEqual({ session: [`dropcast.seen.${SHOW}`], local: [], history: null, cookies: "" });
});

test("the element speaks the page's language, its own where it has one, and in the shop's own words", async () => {
  const dutch = await visit(PHONE, "/?lang=nl");
  await dutch.part("sign-in").first().waitFor();
  expect(await dutch.part("sign-in").first().textContent()).toContain("Log in om te kopen");
  expect(await dutch.page.locator("viewer-drop-card .price").first().textContent()).toMatch(/^€\s19,00$/);
  const say = (change: (live: HTMLElement) => void) => dutch.page.locator("live-show").evaluate(change);
  await say((live) => {
    live.lang = "en";
  });
  await expect.poll(() => dutch.part("sign-in").first().textContent()).toContain("Sign in to buy");
  await say((live) => Object.assign(live, { texts: { signInBuy: "Join us first" } }));
  await expect.poll(() => dutch.part("sign-in").first().textContent()).toContain("Join us first");
  await say((live) => {
    live.lang = "";
    Object.assign(live, { texts: {} });
  });
  await expect.poll(() => dutch.part("sign-in").first().textContent()).toContain("Log in om te kopen");
  await dutch.picture("element-dutch");
  await say((live) => {
    (live.parentElement as HTMLElement).lang = "en";
  });
  await expect.poll(() => dutch.part("sign-in").first().textContent()).toContain("Sign in to buy");
});

test.each([PHONE, DESKTOP])(
  "on a $name a third language that the shop brings runs from right to left",
  async (size) => {
    const window = await visit(size, "/?lang=ar");
    await window.part("sign-in").first().waitFor();
    await expect.poll(() => window.part("sign-in").first().textContent()).toContain("سجّل الدخول للشراء");
    const [picture, facts] = await Promise.all(
      ["viewer-drop-card dc-picture", "viewer-drop-card h3"].map((part) =>
        window.page.locator(part).first().boundingBox(),
      ),
    );
    expect(picture?.x).toBeGreaterThan((facts?.x ?? 0) + (facts?.width ?? 0) - 1);
    await window.picture("element-right-to-left");
    expect(await seriousProblems(window)).toEqual([]);
    await signIn(window);
    await window.part("buy").first().click();
    await window.part("pay").first().click();
    await window.part("confirm").waitFor();
    await window.picture("element-right-to-left-checkout");
    expect(await window.fits()).toBe(true);
    expect(errorsOf(window)).toEqual([]);
  },
);

test("in dark colours the element is dark, whatever the page is", async () => {
  const window = await visit(DESKTOP);
  await window.part("sign-in").first().waitFor();
  const paper = () => window.page.locator("viewer-show").evaluate((show) => getComputedStyle(show).colorScheme);
  expect(await paper()).toBe("light");
  await window.page.locator("live-show").evaluate((live) => {
    live.setAttribute("scheme", "dark");
    for (const name of ["paper", "sunken", "line", "accent", "accent-press"]) {
      (live as HTMLElement).style.setProperty(`--live-show-${name}`, "initial");
    }
  });
  await expect.poll(paper).toBe("dark");
  await window.picture("element-dark");
  expect(await seriousProblems(window)).toEqual([]);
});
