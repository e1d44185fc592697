import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DESKTOP, launch, PHONE, Window } from "./browser";
import { openNextDrop } from "./demo_client";
import { Server } from "./server";

const LINES_MAX = 30;
const SCRIPT = fileURLToPath(new URL("../../../examples/minimal/minimal.js", import.meta.url));

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

test("the page that uses the client alone is short", () => {
  expect(readFileSync(SCRIPT, "utf8").trim().split("\n").length).toBeLessThanOrEqual(LINES_MAX);
});

describe.each([PHONE, DESKTOP])("the page that uses the client alone, on a $name", (size) => {
  let server: Server;

  beforeAll(async () => {
    server = await Server.demo();
  });
  afterAll(() => server?.stop());

  test("shows the open drop, buys, and knows it after a reload", async () => {
    const window = await Window.open(browser, size, `${server.url}/examples/minimal/`);
    const { page } = window;
    const text = (id: string) => page.locator(`#${id}`).textContent();
    await expect.poll(() => text("title")).toBe("The next drop comes soon.");
    expect(await page.locator("#buy").isDisabled()).toBe(true);
    await window.picture("minimal-before");

    await openNextDrop(server);
    await page.locator("#buy:enabled").click();
    await expect.poll(() => text("mine")).toMatch(/^Held for you for \d+ s\.$/);
    expect(await text("stock")).toMatch(/^€\d+\.\d\d · \d+ left · \d+ s$/);
    await window.picture("minimal-held");

    await page.reload();
    await expect.poll(() => text("mine")).toMatch(/^Held for you/);
    expect(await window.fits()).toBe(true);
    expect(window.errors).toEqual([]);
    await window.close();
  });
});
