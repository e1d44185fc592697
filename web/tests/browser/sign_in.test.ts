import type { Browser, WebSocketRoute } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DESKTOP, launch, Window } from "./browser";
import { Server } from "./server";

const SHOW = "atelier-noor";
let browser: Browser;
let server: Server;

beforeAll(async () => {
  browser = await launch();
  server = await Server.serve();
  server.applySampleShow();
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test("a host signs in with a token that never enters the address, and starts the show", async () => {
  const host = await Window.open(browser, DESKTOP, `${server.url}/host/?show=${SHOW}`);
  await host.page.locator('input[name="token"]').fill(server.token("host", "noor", ["--show", SHOW]));
  const form = await host.page.locator("dc-sign-in form").boundingBox();
  expect(form?.y, "it stands at the edge").toBeGreaterThan(DESKTOP.height / 8);
  await host.picture("sign-in");
  await host.page.locator("dc-sign-in button").click();
  await host.part("start-show").click();
  await host.part("end-show").waitFor();
  expect(host.page.url()).toBe(`${server.url}/host/?show=${SHOW}`);
  await host.close();
});

test("who watches without a token sees the show, and is told how to buy", async () => {
  const viewer = await Window.open(browser, DESKTOP, `${server.url}/viewer/?show=${SHOW}`);
  const host = await Window.open(browser, DESKTOP, `${server.url}/host/?show=${SHOW}`);
  await host.page.locator('input[name="token"]').fill(server.token("host", "noor", ["--show", SHOW]));
  await host.page.locator("dc-sign-in button").click();
  await host.part("open-next").click();
  await viewer.page.locator("viewer-drop-card .note").waitFor();
  expect(await viewer.part("buy").count()).toBe(0);
  await viewer.picture("viewer-without-token");
});

test("a token of another show is turned away, and another can be given", async () => {
  const brand = await Window.open(browser, DESKTOP, `${server.url}/brand/?show=${SHOW}`);
  await brand.page.locator('input[name="token"]').fill(server.token("brand", "other", ["--brand", "other"]));
  await brand.page.locator("dc-sign-in button").click();
  await brand.page.locator('input[name="token"]').waitFor();
  await brand.page.locator('input[name="token"]').fill(server.token("brand", SHOW, ["--brand", SHOW]));
  await brand.page.locator("dc-sign-in button").click();
  await brand.part("revenue").waitFor();
});

test("a key on the sign-in page, where the desk was, opens nothing once a host has signed in again", async () => {
  const token = server.token("host", "noor", ["--show", SHOW]);
  const host = await Window.open(browser, DESKTOP, "about:blank");
  const sockets: WebSocketRoute[] = [];
  await host.page.routeWebSocket(/\/v1\/ws/, (socket) => {
    sockets.push(socket);
    socket.connectToServer();
  });
  const signIn = async () => {
    await host.page.locator('input[name="token"]').fill(token);
    await host.page.locator("dc-sign-in button").click();
    await host.part("open-next").and(host.page.locator('[aria-disabled="false"]')).waitFor();
  };
  await host.page.goto(`${server.url}/host/?show=${SHOW}`);
  await signIn();
  const opened = await host.page.locator("host-open-drop").count();
  await sockets.at(-1)?.close({ code: 4001, reason: "" });
  await host.page.locator("dc-sign-in").waitFor();
  for (const key of ["Space", "?", "p"]) {
    await host.page.keyboard.press(key);
  }
  await signIn();
  expect(await host.page.locator("host-open-drop").count()).toBe(opened);
  await host.close();
});
