import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DESKTOP, launch, PHONE, Window } from "./browser";
import { Desk } from "./desk";
import { Server } from "./server";
import { interceptAnswers } from "./wire";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

describe.each([PHONE, DESKTOP])("a show on a $name", (size) => {
  let server: Server;
  let windows: Window[];

  beforeAll(async () => {
    server = await Server.demo();
    windows = [];
  });
  afterAll(async () => {
    await Promise.all(windows.map((window) => window.close()));
    await server?.stop();
  });

  const open = async (path: string) => {
    const window = await Window.open(browser, size, `${server.url}${path}`);
    windows.push(window);
    return window;
  };

  test("a drop is opened by the host, bought by a viewer and seen by the brand", async () => {
    const [host, viewer, brand] = await Promise.all([open("/host/"), open("/viewer/"), open("/brand/")]);
    await expect.poll(() => brand.part("units").textContent()).toBe("0");
    await viewer.page.locator("viewer-drop-row").first().waitFor();
    await viewer.picture("viewer-before");

    await new Desk(host).openNext();
    await host.page.locator("host-open-drop").waitFor();

    await viewer.part("buy").first().click();
    await viewer.part("pay").first().waitFor();
    await viewer.picture("viewer-held");
    await viewer.part("pay").first().click();
    await viewer.part("confirm").waitFor();
    await viewer.picture("viewer-checkout");
    await viewer.part("confirm").click();
    await viewer.part("confirmed").waitFor();
    await viewer.picture("viewer-confirmed");

    await expect.poll(() => brand.part("units").textContent()).toBe("1");
    await expect.poll(() => brand.part("orders").textContent()).toBe("1");
    await expect.poll(() => brand.page.locator("brand-chart").count()).toBe(1);
    await expect.poll(() => host.part("sold").allTextContents()).toContain("1");
    await host.picture("host");
    await brand.picture("brand");
    for (const window of [host, viewer, brand]) {
      expect(await window.fits()).toBe(true);
      expect(window.errors).toEqual([]);
    }
  });

  test("a purchase whose answer was lost in a reload is asked again, and is one purchase", async () => {
    const viewer = await open("/viewer/");
    const wire = await interceptAnswers(viewer);
    await viewer.page.reload();
    await viewer.part("buy").first().click();
    await expect.poll(() => wire.heldBack).toBe(1);

    wire.holdsBack = false;
    await viewer.page.reload();
    await viewer.part("pay").first().waitFor();
    expect(new Set(wire.keys).size).toBe(1);
    expect(wire.keys.length).toBeGreaterThan(1);
    expect(await viewer.page.locator('viewer-mine [data-test="held"]').count()).toBe(1);
    await viewer.picture("viewer-after-reload");
  });

  test("a press on a dead network says so, and is answered when the network is back", async () => {
    const viewer = await open("/viewer/");
    await viewer.part("buy").first().waitFor();
    server.freeze();
    try {
      await viewer.part("buy").first().click();
      await viewer.page.locator('button[aria-busy="true"]').first().waitFor();
      await viewer.page.locator("dc-connection-bar p").waitFor({ timeout: 20_000 });
      await viewer.picture("viewer-dead-network");
    } finally {
      server.thaw();
    }
    await viewer.part("pay").first().waitFor({ timeout: 60_000 });
  });
});
