import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { DESKTOP, launch, PHONE, type Size, Window } from "./browser";
import { Server } from "./server";

const SHOW = "viewing";
/** How wrong the clock of a viewer's machine is. */
const WRONG_BY_MS = 7 * 60_000;

let browser: Browser;
let server: Server;
let hostToken: string;
const windows: Window[] = [];

beforeAll(async () => {
  browser = await launch();
  server = await Server.serve();
  server.applyShow("atelier", "web/tests/browser/viewer.toml");
  hostToken = server.token("host", "noor", ["--show", SHOW]);
  await host("start");
  await host("drops/scarves/open");
});
afterEach(async () => {
  for (const window of windows.splice(0)) {
    expect(await window.fits()).toBe(true);
    expect(window.errors).toEqual([]);
    await window.close();
  }
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test("the show is named and pictured before the socket says anything", async () => {
  const viewer = await open("early", PHONE, elsewhere());
  await viewer.page.routeWebSocket(/\/v1\/ws$/, () => {});
  await viewer.page.goto(address());
  await viewer.page.getByRole("heading", { name: "Een rustige avond" }).waitFor();
  await viewer.page.locator("viewer-stage img").waitFor();
  expect(await viewer.page.locator("viewer-drops").count()).toBe(0);
  await viewer.picture("viewer-first-paint");
});

test("a countdown is the server's, on a machine whose clock is wrong", async () => {
  const viewer = await open("late", PHONE, elsewhere());
  await viewer.page.addInitScript((wrongByMs) => {
    const now = Date.now;
    Date.now = () => now() + wrongByMs;
  }, WRONG_BY_MS);
  await viewer.page.goto(address());
  const closesAt = Date.parse((await drop("scarves")).closes_at ?? "");
  const lateBy = await viewer
    .part("closes-in")
    .locator("dc-countdown")
    .evaluate(secondsShown, { closesAt, changes: 6 });
  // The machine is shared: what counts is what the page does when it is let.
  expect(Math.min(...lateBy.map(Math.abs)), `late by ${lateBy} ms`).toBeLessThan(100);
});

test("several are bought with one press, and delivery and returns can be read before", async () => {
  const viewer = await open("several", PHONE);
  await viewer.part("quantity-more").click();
  await expect.poll(() => viewer.part("quantity").textContent()).toBe("2");
  await viewer.picture("viewer-quantity");
  await viewer.page.getByRole("button", { name: "Koop er 2 voor" }).click();
  await viewer.part("pay").first().click();
  const sheet = viewer.page.locator("viewer-checkout");
  await sheet.getByText("Binnen twee werkdagen.").waitFor();
  await sheet.getByText("Dertig dagen, ongedragen.").waitFor();
  expect(await sheet.locator("dl").textContent()).toContain("78,00");
  await viewer.part("give-back").click();
});

test("the product's sheet says what it is, what it costs and what it cost", async () => {
  const viewer = await open("curious", DESKTOP);
  await viewer.page.getByRole("button", { name: "Details" }).first().click();
  const sheet = viewer.page.locator("viewer-details");
  for (const text of ["Two metres of lambswool.", "Within two working days.", "Thirty days, unworn.", "Blue"]) {
    await sheet.getByText(text).waitFor();
  }
  expect(await sheet.locator("li").first().locator("s").textContent()).toContain("49");
  await viewer.picture("viewer-details");
});

test("a stock that rises says so, and moves nothing", async () => {
  const [viewer, other] = await Promise.all([open("watching", PHONE), open("changing", DESKTOP)]);
  const place = () => viewer.part("buy").first().boundingBox();
  const before = await viewer.part("stock").first().textContent();
  await other.part("buy").first().click();
  await expect.poll(() => viewer.part("stock").first().textContent()).not.toBe(before);
  await other.part("pay").first().click();
  await other.part("give-back").click();
  const placed = await place();
  await viewer.page.getByText(viewer.t.more("1")).waitFor({ state: "attached" });
  expect(await viewer.part("stock").first().textContent()).toBe(before);
  expect(await place()).toEqual(placed);
  await viewer.picture("viewer-stock-rose");
});

test("what is sold out is waited for with one press, and a line that closed while away is told once", async () => {
  await host("drops/one-hat/open");
  const [first, second] = await Promise.all([open("first", DESKTOP), open("second", PHONE)]);
  await card(first, "One hat").locator('[data-test="buy"]').click();
  await card(first, "One hat").locator('[data-test="pay"]').waitFor();
  await card(second, "Eén muts").locator('[data-test="join"]').click();
  await second.part("ahead").waitFor();
  await second.picture("viewer-in-line");

  const here = second.page.url();
  await second.page.goto(elsewhere());
  await host("drops/one-hat/close");
  await second.page.goto(here);
  await second.part("unserved").waitFor();
  await second.picture("viewer-line-closed");
  await second.part("unserved").getByRole("button").click();
  await second.page.reload();
  await second.page.locator("viewer-drop-card").first().waitFor();
  expect(await second.part("unserved").count()).toBe(0);
});

test("what ran out while away is told, until it is taken note of", async () => {
  await host("drops/brief/open");
  const viewer = await open("slow", PHONE);
  await card(viewer, "Wees snel").locator('[data-test="buy"]').click();
  await card(viewer, "Wees snel").locator('[data-test="pay"]').waitFor();
  await viewer.picture("viewer-last-seconds");
  const here = viewer.page.url();
  await viewer.page.goto(elsewhere());
  await new Promise((resolve) => setTimeout(resolve, 6_500));
  await viewer.page.goto(here);
  await viewer.part("lost").waitFor();
  await viewer.picture("viewer-lost");
  await viewer.part("lost").getByRole("button").click();
  await viewer.part("lost").waitFor({ state: "detached" });
  await viewer.page.reload();
  await viewer.page.locator("viewer-drop-card").first().waitFor();
  expect(await viewer.part("lost").count()).toBe(0);
});

test("a hold that runs out in the open checkout says so, and the focus is where one goes on", async () => {
  const viewer = await open("slower", DESKTOP);
  await card(viewer, "Be quick").locator('[data-test="buy"]').click();
  await card(viewer, "Be quick").locator('[data-test="pay"]').click();
  await viewer.part("confirm").focus();
  const goOn = viewer.page.getByRole("button", { name: viewer.t.keepWatching });
  await goOn.waitFor({ timeout: 20_000 });
  await expect.poll(() => goOn.evaluate((button) => button.matches(":focus"))).toBe(true);
  await viewer.picture("viewer-ran-out-in-checkout");
});

test("who holds something in a drop that is taken back is told that it was the host", async () => {
  await host("drops/mistake/open");
  const viewer = await open("unlucky", PHONE);
  await card(viewer, "Per ongeluk").locator('[data-test="buy"]').click();
  await card(viewer, "Per ongeluk").locator('[data-test="pay"]').waitFor();
  await host("drops/mistake/undo");
  await viewer.part("undone").waitFor();
  await viewer.picture("viewer-undone");
  await viewer.page.reload();
  await viewer.part("undone").waitFor();
});

test("an announced drop counts down before everybody's eyes and then opens", async () => {
  const viewer = await open("waiting", PHONE);
  await host("drops/mistake/schedule", { opens_at: new Date(Date.now() + 9_000).toISOString() });
  await viewer.part("upcoming").waitFor();
  await viewer.part("upcoming").scrollIntoViewIfNeeded();
  await viewer.picture("viewer-countdown");
  await card(viewer, "Per ongeluk").locator('[data-test="buy"]').waitFor({ timeout: 30_000 });
  expect(await viewer.part("upcoming").count()).toBe(0);
});

test("a purchase needs no mouse, and the focus is never lost", async () => {
  const viewer = await open("keys", DESKTOP);
  const buy = card(viewer, "Warm scarves").locator('[data-test="buy"]');
  await buy.focus();
  await viewer.page.keyboard.press("Enter");
  await card(viewer, "Warm scarves").locator('[data-test="pay"]').waitFor();
  await viewer.page.keyboard.press("Enter");
  await viewer.part("confirm").waitFor();
  await viewer.part("confirm").focus();
  await viewer.page.keyboard.press("Enter");
  await viewer.part("confirmed").waitFor();
  await viewer.page.keyboard.press("Enter");
  await viewer.part("confirmed").waitFor({ state: "detached" });
});

function address(): string {
  return `${server.url}/viewer/?show=${SHOW}`;
}

/** Another page. */
function elsewhere(): string {
  return `${server.url}/`;
}

async function open(principal: string, size: Size, at = address()): Promise<Window> {
  const token = server.token("viewer", principal, ["--show", SHOW]);
  const window = await Window.open(browser, size, at, [["dropcast.token.viewer", token]]);
  windows.push(window);
  return window;
}

function card({ page }: Window, title: string) {
  return page.getByRole("article", { name: title });
}

/** The host does something. */
async function host(what: string, body?: unknown): Promise<void> {
  const headers = {
    authorization: `Bearer ${hostToken}`,
    "idempotency-key": `${what} ${Date.now()}`.replace(/\W/g, "-"),
  };
  const response = await fetch(`${server.url}/v1/shows/${SHOW}/${what}`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) {
    throw new Error(`${what}: ${response.status} ${await response.text()}`);
  }
}

async function drop(name: string): Promise<{ closes_at: string | null }> {
  const show = (await (await fetch(`${server.url}/v1/shows/${SHOW}`)).json()) as {
    public: { drops: { drop: string; closes_at: string | null }[] };
  };
  return show.public.drops.find((one) => one.drop === name) ?? { closes_at: null };
}

/**
 * Watches a countdown in the page: by how many milliseconds each second that it shows came too late, by a clock that the
 * test has not bent.
 */
function secondsShown(
  countdown: Element,
  { closesAt, changes }: { closesAt: number; changes: number },
): Promise<number[]> {
  return new Promise((resolve) => {
    const lateBy: number[] = [];
    const observer = new MutationObserver(() => {
      const shown = /(\d+):(\d\d)/.exec(countdown.shadowRoot?.querySelector('[role="timer"]')?.textContent ?? "");
      const seconds = Number(shown?.[1]) * 60 + Number(shown?.[2]);
      lateBy.push(Math.round(seconds * 1_000 - (closesAt - performance.timeOrigin - performance.now())));
      if (lateBy.length >= changes) {
        observer.disconnect();
        resolve(lateBy);
      }
    });
    observer.observe(countdown.shadowRoot as ShadowRoot, { subtree: true, characterData: true, childList: true });
  });
}
