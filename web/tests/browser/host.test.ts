import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { en } from "../../shared/texts/en";
import { nl } from "../../shared/texts/nl";
import { launch, PHONE, type Size, Window } from "./browser";
import { Server } from "./server";
import { Shopper } from "./shopper";

const SHOW = "desk";
const TABLET: Size = { name: "tablet", width: 1024, height: 768, locale: "en-GB" };
/** Longer than a button rests. */
const REST_MS = 2_000;

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

describe.each([TABLET, PHONE])("the desk on a $name", (size) => {
  const t = size.locale.startsWith("nl") ? nl : en;
  /** As a name stands in a sentence, between the marks that keep the two apart. */
  const isolated = (name: string) => `\u2068${name}\u2069`;
  const named = (drop: "beanies" | "scarf" | "socks") => {
    const names = {
      beanies: { en: "Beanies for the bike", nl: "Mutsen voor op de fiets" },
      scarf: { en: "One scarf", nl: "Eén sjaal" },
      socks: { en: "Warm feet", nl: "Warme voeten" },
    };
    return isolated(names[drop][t === nl ? "nl" : "en"]);
  };
  let server: Server;
  let shopper: Shopper;
  let windows: Window[];
  let host: Window;

  beforeEach(async () => {
    server = await Server.serve();
    server.applyShow("atelier", "web/tests/browser/host.toml");
    shopper = new Shopper(server, SHOW);
    windows = [];
    host = await open("noor");
  });
  afterEach(async () => {
    const errors = windows.flatMap((window) => window.errors.filter((error) => !error.includes("WebSocket")));
    const fit = await Promise.all(windows.map(async (window) => (await window.fits()) && (await fitsTurned(window))));
    await Promise.all(windows.map((window) => window.close()));
    await server?.stop();
    expect(errors).toEqual([]);
    expect(fit).not.toContain(false);
  });

  /** Whether it fits, too, when the screen is turned by a quarter. */
  async function fitsTurned(window: Window): Promise<boolean> {
    await window.page.setViewportSize({ width: size.height, height: size.width });
    return window.fits();
  }

  async function open(principal: string): Promise<Window> {
    const token = server.token("host", principal, ["--show", SHOW]);
    const window = await Window.open(browser, size, `${server.url}/host/?show=${SHOW}`, [
      ["dropcast.token.host", token],
    ]);
    windows.push(window);
    return window;
  }

  const key = (name: string, window = host) => window.page.keyboard.press(name);
  const openDrops = (window = host) => window.page.locator("host-open-drop").count();
  const rest = () => new Promise((resolve) => setTimeout(resolve, REST_MS));

  /** Starts the show and opens the first drop. */
  async function sell(): Promise<void> {
    await host.part("start-show").click();
    await host.part("open-next").click();
    await host.page.locator("host-open-drop").waitFor();
  }

  test("one press starts the show, one key opens the next drop, and the run of show follows", async () => {
    await host.part("start-show").waitFor();
    await host.picture("host-draft");
    await host.part("start-show").click();
    await host.part("open-next").and(host.page.locator('[aria-disabled="false"]')).waitFor();
    await host.picture("host-next");
    await key("Space");
    await host.page.locator("host-open-drop").waitFor();
    await host.picture("host-opened");
    expect(await host.part("row-beanies").textContent()).toContain(t.open);
    expect(await host.part("row-one-scarf").textContent()).toContain(t.nextUp);
    await expect.poll(() => host.part("free").textContent()).toBe("171");
  });

  test("who triggers twice by mistake opens one drop", async () => {
    await host.part("start-show").click();
    const press = host.part("open-next").and(host.page.locator('[aria-disabled="false"]'));
    await press.waitFor();
    const { x, y, width, height } = (await press.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
    for (let presses = 0; presses < 4; presses += 1) {
      await host.page.mouse.click(x + width / 2, y + height / 2);
      await key("Space");
    }
    await host.part("undo").waitFor();
    expect(await openDrops()).toBe(1);
    expect(await host.part("row-one-scarf").textContent()).toContain(t.nextUp);
  });

  test("an opening is taken back while nothing was sold, and the drop can be opened again", async () => {
    await sell();
    await shopper.hold("anna", "beanies", "beanie-red");
    await expect.poll(() => host.part("held").textContent()).toBe("1");
    await host.part("undo").and(host.page.locator('[aria-disabled="false"]')).waitFor();
    await host.picture("host-undo");
    await key("u");
    await expect.poll(() => openDrops()).toBe(0);
    expect(await host.part("said").textContent()).toBe(t.desk.did.undone(t.desk.you, named("beanies")));
    await expect.poll(() => host.part("held").textContent()).toBe("0");
    await host.part("open-next").click();
    await host.page.locator("host-open-drop").waitFor();
    expect(await host.part("row-beanies").textContent()).toContain(t.open);
  });

  test("once something was sold there is no undo, and a press that was meant for it opens nothing", async () => {
    await sell();
    await host.part("undo").waitFor();
    await shopper.buy("anna", "beanies", "beanie-red");
    await host.part("undo").waitFor({ state: "detached" });
    await key("u");
    await key("Space");
    expect(await host.part("open-next").getAttribute("aria-disabled")).toBe("true");
    expect(await openDrops()).toBe(1);
    await expect.poll(() => host.part("row-beanies").textContent()).toContain(t.desk.sold("1"));
    await host.part("open-next").click();
    await expect.poll(() => openDrops()).toBe(2);
    await host.picture("host-two-open");
  });

  test("a drop is extended, paused, resumed and closed, with presses and with keys", async () => {
    await sell();
    const leftSeconds = async () => {
      const shown = await host.page.locator("host-open-drop dc-countdown [role=timer]").first().textContent();
      const [, minutes, seconds] = /(\d+):(\d\d)\s*$/.exec(shown ?? "") ?? [];
      return 60 * Number(minutes) + Number(seconds);
    };
    expect(await leftSeconds()).toBeLessThanOrEqual(600);
    await host.part("extend-300").click();
    await expect.poll(leftSeconds).toBeGreaterThan(600);
    await rest();
    const before = await leftSeconds();
    await key("e");
    await expect.poll(leftSeconds).toBeGreaterThan(before);

    await host.part("pause").click();
    await host.part("resume").waitFor();
    expect(await host.part("resume").getAttribute("aria-disabled")).toBe("true");
    await host.picture("host-paused");
    await rest();
    await key("p");
    await host.part("pause").waitFor();

    await key("c");
    await host.part("close-sure").waitFor();
    await host.picture("host-close");
    await key("p");
    await key("Escape");
    await host.part("close-sure").waitFor({ state: "detached" });
    expect(await host.part("pause").count()).toBe(1);
    await host.part("close-drop").click();
    await host.part("close-sure").click();
    await expect.poll(() => openDrops()).toBe(0);
    expect(await host.part("row-beanies").textContent()).toContain(t.closedBecause.host);
  });

  test("units are added with one press, and in any number", async () => {
    await sell();
    const available = () => host.part("available").allInnerTexts();
    expect(await available()).toEqual(["40", "30"]);
    await host.part("add-10").first().click({ clickCount: 2 });
    await expect.poll(available).toEqual(["50", "30"]);
    // The numbers that it is told from come a moment after the stock.
    const told = (units: number, ...beanie: string[]) =>
      t.desk.added(t.desk.you, units, String(units), beanie.map(isolated).join(", "));
    const said = () => host.part("said").textContent();
    await expect.poll(said).toBe(t === nl ? told(10, "Muts", "Rood") : told(10, "Beanie", "Red"));
    await host.part("add-more").last().click();
    await host.page.locator('input[name="units"]').fill("7");
    await host.picture("host-add");
    await key("p");
    await key("Enter");
    await expect.poll(available).toEqual(["50", "37"]);
    expect(await host.part("pause").count()).toBe(1);
    await expect.poll(said).toBe(t === nl ? told(7, "Muts", "Blauw") : told(7, "Beanie", "Blue"));
  });

  test("the next drop opens by itself at its time, or not any more", async () => {
    await host.part("start-show").click();
    await host.part("plan-next").click();
    await host.picture("host-plan");
    await host.part("plan-2").click();
    await host.part("plan-next").locator("dc-countdown").waitFor();
    await host.picture("host-planned");
    await host.part("plan-next").click();
    await host.part("unplan").click();
    await host.part("plan-next").locator("dc-countdown").waitFor({ state: "detached" });
    await host.part("row-socks").locator("button").click();
    await host.part("open-now").click();
    await expect.poll(() => host.part("row-socks").textContent()).toContain(t.open);
  });

  test("two hosts see one truth, and who presses second is told so", async () => {
    const other = await open("sam");
    await sell();
    await other.part("alert-opened").waitFor();
    expect(await other.part("alert-opened").textContent()).toContain(named("beanies"));
    await other.picture("host-other-opened");
    await other.part("dismiss").click();
    await other.part("alert-opened").waitFor({ state: "detached" });
    expect(await host.part("alert-opened").count()).toBe(0);

    await rest();
    // Neither knows of the other's press: the server decides both only when it goes on.
    server.freeze();
    await Promise.all([key("p"), key("p", other)]);
    server.thaw();
    await Promise.all([host, other].map((one) => one.part("resume").waitFor()));
    const said = () => Promise.all([host, other].map((one) => one.part("said").textContent()));
    await expect.poll(said).toContain(t.desk.already.paused(named("beanies")));
    await rest();
    expect(await host.part("pause").count()).toBe(0);
    await host.picture("host-already");

    await key("p", other);
    await expect.poll(() => host.part("said").textContent()).toBe(t.desk.did.resumed(t.desk.another, named("beanies")));
    await key("p");
    await rest();
    expect(await other.part("resume").count()).toBe(0);

    await key("c");
    await host.part("close-sure").waitFor();
    await other.part("close-drop").click();
    await other.part("close-sure").click();
    await host.part("close-sure").waitFor({ state: "detached" });
    await expect.poll(() => host.part("said").textContent()).toBe(t.desk.did.closed(t.desk.another, named("beanies")));
    await key("?");
    await host.part("keys").waitFor();
  });

  test("what is pressed without a connection waits, says so, and is done once when it is back", async () => {
    await sell();
    await rest();
    server.freeze();
    try {
      await key("p");
      await host.part("alert-offline").waitFor({ timeout: 30_000 });
      expect(await host.part("alert-offline").textContent()).toContain(`${t.pause}: ${named("beanies")}`);
      expect(await host.page.getByRole("alert").textContent()).toBe(t.reconnectingNow);
      await host.picture("host-offline");
    } finally {
      server.thaw();
    }
    await host.part("resume").waitFor({ timeout: 60_000 });
    await host.part("alert-offline").waitFor({ state: "detached" });
    await expect.poll(() => host.part("said").textContent()).toBe(t.desk.did.paused(t.desk.you, named("beanies")));
  });

  test("sold out goes across the whole screen, until it is dismissed", async () => {
    await host.part("start-show").click();
    await host.part("row-one-scarf").locator("button").click();
    await host.part("open-now").click();
    await host.page.locator("host-open-drop").waitFor();
    await shopper.hold("anna", "one-scarf", "scarf");
    const banner = host.part("alert-sold_out");
    await banner.waitFor();
    await expect.poll(() => banner.textContent()).toContain(t.desk.alerts.kept(1, "1"));
    expect((await banner.boundingBox())?.width).toBe(size.width);
    // Said aloud once, and not again with every hold.
    expect(await host.page.getByRole("alert").textContent()).toBe(t.desk.alerts.soldOut(named("scarf")));
    await host.picture("host-sold-out");
    await host.part("dismiss").focus();
    await key("Enter");
    await banner.waitFor({ state: "detached" });
    expect(await host.page.locator("host-banners").evaluate((banners) => banners.matches(":focus-within"))).toBe(true);
    expect(await host.part("gone").count()).toBe(1);
    await expect.poll(() => host.part("clicks").textContent()).toBe("1");
    expect(await host.page.locator("host-page img[onerror]").count()).toBe(0);
  });

  test("a sign-in that is about to end says so in time", async () => {
    const late = await Window.open(browser, size, `${server.url}/host/?show=${SHOW}`);
    const signIn = async (...ttl: string[]) => {
      await late.page.locator('input[name="token"]').fill(server.token("host", "sam", ["--show", SHOW, ...ttl]));
      await late.page.keyboard.press("Enter");
    };
    await signIn("--ttl", "120");
    await late.part("alert-token").waitFor();
    await late.picture("host-token");
    await late.part("sign-in-again").click();
    await late.picture("host-sign-in-again");
    await signIn();
    await late.part("alert-token").waitFor({ state: "detached" });
    await late.part("start-show").waitFor();
    expect(await late.fits()).toBe(true);
    await late.close();
  });

  test("the show ends for who holds the button, and for nobody who only touches it", async () => {
    await host.part("start-show").click();
    await host.part("end-show").click();
    await host.part("hold").click();
    await host.picture("host-end");
    expect(await host.part("hold").count()).toBe(1);
    await host.part("hold").click({ delay: 3_000 });
    await host.page.getByText(t.desk.ended).waitFor();
    await host.picture("host-ended");
    expect(await host.part("open-next").count()).toBe(0);
  });

  test("the list of keys opens with a key", async () => {
    await host.part("start-show").waitFor();
    await key("?");
    await host.part("keys").waitFor();
    await host.picture("host-keys");
    await key("Space");
    expect(await host.part("start-show").count()).toBe(1);
  });
});
