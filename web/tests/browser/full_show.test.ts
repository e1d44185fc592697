import { setTimeout as sleep } from "node:timers/promises";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFailed, test } from "vitest";
import { EVERYWHERE, launch, type Window } from "./browser";
import { Desk } from "./desk";
import type { Network } from "./network";
import type { Audit } from "./server";
import { FULL_SHOW, Stage } from "./stage";
import { interceptAnswers } from "./wire";

/** How long one viewer's network is dead. */
const DEAD_MS = 10_000;

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

describe.each(EVERYWHERE)("a show from draft to report, $name", (size) => {
  let stage: Stage;
  let brand: Window;
  let host: Window;
  let desk: Desk;
  let anna: Window;
  let bram: Window;
  let carla: Window;
  /** Each viewer's own. */
  let networks: Record<"anna" | "bram" | "carla", Network>;

  beforeAll(async () => {
    stage = await Stage.set(browser, FULL_SHOW);
    networks = { anna: await stage.network(), bram: await stage.network(), carla: await stage.network() };
    [brand, host, anna, bram, carla] = await Promise.all([
      stage.brand(size),
      stage.host(size),
      stage.viewer("anna", size, networks.anna),
      stage.viewer("bram", size, networks.bram),
      stage.viewer("carla", size, networks.carla),
    ]);
    desk = new Desk(host);
  });
  afterAll(() => stage?.close());

  let hasFailed = false;
  // A scene goes on from the one before: after one that failed, the others would only wait in vain.
  beforeEach((scene) => {
    scene.skip(hasFailed);
    onTestFailed(async () => {
      hasFailed = true;
      await Promise.all(stage.windows.map((window, index) => window.picture(`full-show-failed-${index}`)));
    });
  });

  const pictures = (name: string, ...windows: [string, Window][]) =>
    Promise.all(windows.map(([who, window]) => window.picture(`full-show-${name}-${who}`)));

  test("what the brand applied is seen by everybody as not started", async () => {
    await host.part("start-show").waitFor();
    await brand.part("revenue").waitFor();
    await anna.page.getByText(anna.t.draft, { exact: true }).first().waitFor();
    expect(await anna.part("buy").count()).toBe(0);
    await pictures("01-draft", ["brand", brand], ["host", host], ["viewer", anna]);
  });

  test("the host starts the show and opens a drop with one press", async () => {
    await desk.start();
    await pictures("02-live", ["brand", brand], ["host", host], ["viewer", anna]);
    await desk.openNext();
    await Promise.all([anna, bram, carla].map((viewer) => viewer.part("buy").first().waitFor()));
    expect(await stage.phases()).toMatchObject({ scarves: "open", "the-last-lamp": "planned" });
    await pictures("03-open", ["host", host], ["viewer", anna]);
  });

  test("a viewer buys and pays, and the brand sees it", async () => {
    await anna.part("buy").first().click();
    await anna.part("pay").first().waitFor();
    await pictures("04-held", ["host", host], ["viewer", anna]);
    await anna.part("pay").first().click();
    await anna.part("confirm").waitFor();
    await pictures("05-checkout", ["viewer", anna]);
    await paid(anna, "06-paid");
    await expect.poll(() => brand.part("units").textContent()).toBe("1");
    await pictures("06-paid", ["brand", brand], ["host", host]);
  });

  test("who reloads in mid-purchase still has the hold, under one key", async () => {
    const wire = await interceptAnswers(bram);
    await bram.page.reload();
    await bram.part("buy").first().click();
    await expect.poll(() => wire.heldBack).toBe(1);
    await pictures("07-asked", ["viewer", bram]);
    wire.holdsBack = false;
    await bram.page.reload();
    await bram.part("pay").first().waitFor();
    await pictures("08-reloaded", ["viewer", bram]);
    expect(wire.keys.length).toBeGreaterThan(1);
    expect(new Set(wire.keys).size).toBe(1);
    expect(stage.audit().totals).toMatchObject({ held: 1, sold: 1 });
    await bram.part("pay").first().click();
    await paid(bram, "09-paid-after-reload");
  });

  test("whose network dies for ten seconds is told, and has what was pressed for once", async () => {
    await carla.part("buy").first().waitFor();
    networks.carla.cut();
    const dead = sleep(DEAD_MS);
    await carla.part("buy").first().click();
    await carla.page.locator('button[aria-busy="true"]').first().waitFor();
    await carla.page.locator("dc-connection-bar p").waitFor();
    await pictures("10-dead-network", ["viewer", carla]);
    await dead;
    networks.carla.mend();
    await carla.part("pay").first().waitFor();
    await expect.poll(() => carla.page.locator("dc-connection-bar p").count()).toBe(0);
    await pictures("11-mended", ["viewer", carla]);
    expect(stage.audit().totals).toMatchObject({ held: 1, sold: 2 });
    await carla.part("pay").first().click();
    await paid(carla, "12-paid-after-all");
  });

  test("the host pauses, resumes, extends and closes", async () => {
    await host.part("pause").click();
    await host.part("resume").waitFor();
    await anna.page.getByText(anna.t.paused).first().waitFor();
    await pictures("13-paused", ["host", host], ["viewer", anna]);
    await host.part("resume").click();
    await host.part("extend-60").click();
    await desk.closeDrop();
    await expect.poll(() => stage.phases()).toMatchObject({ scarves: "closed" });
    await expect.poll(() => anna.part("buy").count()).toBe(0);
    await pictures("14-closed", ["host", host], ["viewer", anna]);
  });

  test("a host who presses twice by mistake opens one drop", async () => {
    await desk.openNextTwice();
    await Promise.all([anna.part("buy").first().waitFor(), host.part("undo").waitFor()]);
    expect(await stage.phases()).toMatchObject({ "the-last-lamp": "open", hats: "planned" });
  });

  test("of two who want the last unit one gets it; the other is told, and waits", async () => {
    // Both press while nothing arrives, so that neither can have seen the other's press.
    for (const [viewer, network] of [
      [anna, networks.anna],
      [bram, networks.bram],
    ] as const) {
      network.cut();
      await viewer.part("buy").first().click();
      await viewer.page.locator('button[aria-busy="true"]').first().waitFor();
    }
    networks.anna.mend();
    networks.bram.mend();
    const [winner, other] = await theOneWho("pay", anna, bram);
    await other.part("told").waitFor();
    expect(await other.part("told").textContent()).toContain(other.t.answers.soldOutLine);
    expect(stage.audit().totals).toMatchObject({ held: 1, sold: 3 });
    await host.part("alert-sold_out").waitFor();
    await pictures("15-last-unit", ["host", host], ["winner", winner], ["other", other]);
    await other.part("join").click();
    await expect.poll(() => other.part("ahead").textContent()).toBe(other.t.ahead(0, "0"));
    await expect.poll(() => host.part("waiting").textContent()).toContain(host.t.waiting("1"));
    await pictures("16-in-line", ["host", host], ["viewer", other]);

    await winner.part("pay").first().click();
    await winner.part("give-back").click();
    await winner.page.keyboard.press("Escape");
    await other.page.getByRole("heading", { name: other.t.yourTurn }).waitFor();
    await pictures("17-offered", ["host", host], ["viewer", other]);
    await paid(other, "18-offer-taken");
    await expect.poll(() => stage.phases()).toMatchObject({ "the-last-lamp": "closed" });
    await pictures("19-sold-out", ["host", host], ["viewer", winner], ["brand", brand]);
  });

  test("an opening that was a mistake is taken back", async () => {
    await desk.openNext();
    await anna.part("buy").first().waitFor();
    await host.part("undo").waitFor();
    await pictures("20-undo", ["host", host]);
    await host.part("undo").click();
    await expect.poll(() => anna.part("buy").count()).toBe(0);
    await expect.poll(() => stage.phases()).toMatchObject({ hats: "planned", bags: "planned" });
    await pictures("21-undone", ["host", host], ["viewer", anna]);
  });

  test("the host ends the show, and what the brand reads agrees with the audit", async () => {
    await desk.end();
    await anna.page.getByText(anna.t.showEnded).first().waitFor();
    const audit = stage.audit();
    expect(audit).toMatchObject({ violations_count: 0, totals: { held: 0, sold: 4 }, orders: { placed: 4, paid: 4 } });
    expect(audit.orders.revenue_minor).toBe(3 * 3_900 + 12_900);
    await agrees(brand, audit);
    await pictures("22-ended", ["host", host], ["viewer", anna], ["brand", brand]);
    await brand.part("report").click();
    await brand.part("report-sheet").waitFor();
    await agrees(brand, audit);
    await pictures("23-report", ["brand", brand]);
    for (const window of stage.windows) {
      expect(await window.fits()).toBe(true);
      // That a network was dead, the browser says itself.
      expect(window.errors.filter((error) => !error.includes("WebSocket"))).toEqual([]);
    }
  });
});

/** Pays in the checkout that is open, and closes it. */
async function paid(viewer: Window, name: string): Promise<void> {
  await viewer.part("confirm").click();
  await viewer.part("confirmed").waitFor();
  await viewer.picture(`full-show-${name}-viewer`);
  await viewer.page.getByRole("button", { name: viewer.t.keepWatching }).click();
}

/** The brand reads what the audit added up. */
async function agrees(brand: Window, { totals, orders }: Audit): Promise<void> {
  const figures = async () => ({
    units: await brand.part("units").textContent(),
    orders: await brand.part("orders").textContent(),
    revenue: (await brand.part("revenue").textContent())?.replace(/\D/g, ""),
  });
  const audited = { units: totals.sold, orders: orders.placed, revenue: orders.revenue_minor };
  await expect
    .poll(figures)
    .toEqual(Object.fromEntries(Object.entries(audited).map(([figure, value]) => [figure, String(value)])));
}

/** The one of two who sees a part, and the other; fails unless it is exactly one. */
async function theOneWho(part: string, one: Window, another: Window): Promise<[Window, Window]> {
  const seen = () => Promise.all([one, another].map(async (window) => (await window.part(part).count()) > 0));
  await expect.poll(seen).toSatisfy((counts: boolean[]) => counts[0] !== counts[1]);
  return (await seen())[0] ? [one, another] : [another, one];
}
