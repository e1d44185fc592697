import type { Browser } from "playwright-core";
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
