import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DESKTOP, launch, PHONE, type Size, Window } from "./browser";
import { Crowd } from "./crowd";
import { Server } from "./server";

const SHOW = "figures";
const WALL: Size = { name: "wall", width: 1920, height: 1080, locale: "en-GB" };
const OUTPUT = fileURLToPath(new URL("../../test-output/", import.meta.url));

let browser: Browser;
let server: Server;
let crowd: Crowd;
let desk: Window;
let phone: Window;

beforeAll(async () => {
  browser = await launch();
  server = await Server.serve();
  server.applyShow("atelier", "web/tests/browser/brand.toml");
  crowd = new Crowd(server, SHOW);
  desk = await open(DESKTOP);
  phone = await open(PHONE);
});
afterAll(async () => {
  crowd?.leave();
  await browser?.close();
  await server?.stop();
});

test("before the show every place says what will be there", async () => {
  await desk.part("revenue").waitFor();
  expect(await amount(desk, "revenue")).toBe(0);
  expect(await desk.part("conversion").textContent()).toBe("–");
  expect(await desk.part("funnel-empty").textContent()).toContain("from the first drop on");
  expect(await desk.part("turned-away").textContent()).toBe("Nobody was turned away.");
  expect(await desk.part("report").count()).toBe(0);
  await desk.picture("brand-empty");
  await phone.picture("brand-empty");
});

test("units, revenue and orders are those of the audit", async () => {
  await crowd.host("start");
  await crowd.host("drops/opening/open");
  for (const [viewer, source] of [
    ["anna", "newsletter"],
    ["bram", "newsletter"],
    ["cas", "tiktok.com"],
    ["dina", null],
  ] as const) {
    await crowd.watch(viewer, source);
  }
  await crowd.buy("anna", "opening", "scarf-red", 2);
  await crowd.buy("bram", "opening", "scarf-red", 2);
  expect(await crowd.reserve("cas", "opening", "scarf-red", 1)).toBeNull();
  expect(await crowd.reserve("cas", "opening", "scarf-blue", 1)).not.toBeNull();

  const audit = () => server.audit("atelier", SHOW);
  await expect.poll(() => audit().orders.paid).toBe(audit().orders.placed);
  const { totals, orders, violations_count } = audit();
  expect(violations_count).toBe(0);
  expect(orders.placed).toBeGreaterThan(1);
  for (const window of [desk, phone]) {
    await expect.poll(() => amount(window, "units")).toBe(totals.sold);
    await expect.poll(() => amount(window, "orders")).toBe(orders.placed);
    await expect.poll(() => amount(window, "paid")).toBe(orders.paid);
    await expect.poll(() => amount(window, "revenue")).toBe(orders.revenue_minor);
  }
});

test("how far viewers came, who was turned away and where they came from", async () => {
  await expect.poll(() => amount(desk, "viewers")).toBe(4);
  await expect.poll(() => desk.part("step-saw").textContent()).toMatch(/Saw a drop\s*4/);
  expect(await desk.part("step-clicked").textContent()).toContain("75% went on");
  expect(await desk.part("step-bought").textContent()).toMatch(/Bought\s*2/);
  expect(await desk.part("loses-most").count()).toBe(1);
  expect(await desk.part("turned-away").textContent()).toBe("1");
  expect(await desk.part("worth").textContent()).toBe("Worth €39.95");
  expect(await desk.part("source").allTextContents()).toEqual([
    expect.stringContaining("newsletter2"),
    expect.stringContaining("tiktok.com1"),
  ]);
  expect(await desk.part("source-unknown").textContent()).toContain("1");
});

test("stock that is gone, what is left, and minutes that nobody can know", async () => {
  const row = (sku: string) => desk.page.locator(`[data-sku="${sku}"]`);
  await expect.poll(() => row("scarf-red").textContent()).toContain("4 of 4");
  expect(await row("scarf-red").locator('[data-test="minutes"]').textContent()).toContain("Sold out");
  expect(await row("scarf-blue").locator('[data-test="minutes"]').textContent()).toContain("–");
  await desk.page.getByRole("button", { name: "Running out first" }).press("Enter");
  await expect.poll(() => desk.part("sku").last().getAttribute("data-sku")).toBe("scarf-red");
  await desk.page.getByRole("button", { name: "Best sellers first" }).press("Enter");
  await expect.poll(() => desk.part("sku").first().getAttribute("data-sku")).toBe("scarf-red");
});

test("drops are on the time axis, and the chart is a table for those who don't see it", async () => {
  const mark = desk.part("mark").first();
  await mark.waitFor();
  expect(await mark.textContent()).toContain("The opening");
  await mark.focus();
  await desk.page.locator(".tip:visible").waitFor();
  await desk.picture("brand-live");
  const summary = desk.page.getByText("Show as a table");
  await summary.focus();
  await desk.page.keyboard.press("Enter");
  await expect.poll(() => desk.part("chart-table").locator("tbody tr").count()).toBeGreaterThan(0);
  const table = await desk.part("chart-table").locator("tbody").textContent();
  expect(table).toContain("The opening");
  await desk.page.keyboard.press("Enter");
});

test("orders and figures are saved as files, and no name in them is a formula", async () => {
  const { orders } = server.audit("atelier", SHOW);
  const table = await saved(desk, "export-orders");
  expect(table.name).toBe("figures-orders.csv");
  const lines = table.text.trimEnd().split("\r\n");
  expect(lines[0]).toBe("\ufefforder,placed_at,state,drop,sku,product,variant,quantity,unit_price,line_total,currency");
  const totals = lines.slice(1).map((line) => Math.round(100 * Number(line.split(",").at(-2))));
  expect(totals.reduce((sum, one) => sum + one, 0)).toBe(orders.revenue_minor);

  const figures = await saved(desk, "export-figures");
  expect(figures.name).toBe("figures-figures.csv");
  expect(figures.text).toContain(`hat,"'=1+1 hat",,1,0,0,0,1,0,0,0.00,EUR`);
  expect(desk.page.url()).not.toContain("ey");
});

test("numbers of a lost connection say how old they are, and are grey", async () => {
  expect(await desk.part("age").textContent()).toContain("Up to the second");
  server.freeze();
  try {
    await expect.poll(() => desk.part("age").textContent()).toContain("s old");
    await desk.page.locator("main.stale").waitFor();
    await desk.picture("brand-stale");
  } finally {
    server.thaw();
  }
  await expect.poll(() => desk.part("age").textContent(), { timeout: 60_000 }).toContain("Up to the second");
  expect(await desk.page.locator("main.stale").count()).toBe(0);
});

test("promises that were broken are said above everything, and never in grey", async () => {
  const brand = await open(DESKTOP);
  await brand.page.routeWebSocket(/\/v1\/ws$/, (page) => {
    const socket = page.connectToServer();
    page.onMessage((message) => socket.send(message));
    socket.onMessage((message) => page.send(String(message).replace('"promises_broken":0', '"promises_broken":2')));
  });
  await brand.page.reload();
  await brand.part("promises-broken").waitFor();
  expect(await brand.part("promises-broken").textContent()).toContain("2 times a viewer was told");
  expect(await brand.part("shortfall").count()).toBe(0);
  const first = brand.page.locator("main > *").first();
  expect(await first.getAttribute("data-test")).toBe("promises-broken");
  await brand.picture("brand-promises-broken");
  await brand.close();
});

test("a screen on a wall has it all in view, and no name is more than a text", async () => {
  await crowd.host("drops/opening/close");
  await crowd.host("drops/hats/open");
  const wall = await open(WALL);
  await wall.part("mark").nth(1).waitFor();
  await wall.picture("brand");
  await phone.picture("brand-live");
  for (const window of [wall, desk, phone]) {
    expect(await window.page.locator("img").count()).toBe(0);
    expect(await window.fits()).toBe(true);
    // A server that stood still closes connections, which Chromium counts as errors of the network.
    expect(window.errors.filter((error) => !/WebSocket|ERR_/.test(error))).toEqual([]);
  }
});

test("a show that has ended has a report for paper", async () => {
  await crowd.host("end");
  await desk.part("report").click();
  const sheet = desk.part("report-sheet");
  await sheet.waitFor();
  const { totals, orders } = server.audit("atelier", SHOW);
  expect(await amount(desk, "revenue")).toBe(orders.revenue_minor);
  expect(await amount(desk, "units")).toBe(totals.sold);
  await expect.poll(() => desk.part("drop").first().textContent()).toMatch(/The opening[\s\S]*Closed by the host/);
  const ofDrop = desk.part("drop").first().locator("td");
  await expect.poll(() => ofDrop.last().textContent()).toContain(String(orders.revenue_minor / 100));
  await desk.picture("brand-report");

  await desk.page.emulateMedia({ media: "print" });
  expect(await desk.part("print").isVisible()).toBe(false);
  await desk.page.pdf({ path: `${OUTPUT}brand-report.pdf`, preferCSSPageSize: true, printBackground: false });
  expect(await desk.fits()).toBe(true);
});

test("a show that goes on has no report yet", async () => {
  server.applySampleShow();
  const token = server.token("brand", "atelier-noor", ["--brand", "atelier-noor"]);
  const address = `${server.url}/brand/?show=atelier-noor&report`;
  const brand = await Window.open(browser, PHONE, address, [["dropcast.token.brand", token]]);
  await brand.page.getByRole("heading", { name: "Het verslag komt er als de show is afgelopen" }).waitFor();
  await brand.page.getByRole("link", { name: "Dashboard" }).click();
  await brand.part("revenue").waitFor();
});

function open(size: Size): Promise<Window> {
  const token = server.token("brand", "atelier", ["--brand", "atelier"]);
  return Window.open(browser, size, `${server.url}/brand/?show=${SHOW}`, [["dropcast.token.brand", token]]);
}

/** The digits of what is shown: an amount in minor units, or a count. */
async function amount(window: Window, name: string): Promise<number> {
  return Number((await window.part(name).textContent())?.replace(/\D/g, ""));
}

async function saved(window: Window, button: string): Promise<{ name: string; text: string }> {
  const [download] = await Promise.all([window.page.waitForEvent("download"), window.part(button).click()]);
  return { name: download.suggestedFilename(), text: readFileSync(await download.path(), "utf8") };
}
