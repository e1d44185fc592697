import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DESKTOP, launch, PHONE, type Window } from "./browser";
import { ATTACKS, HOSTILE_SHOW } from "./hostile";
import { Stage } from "./stage";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

describe.each([PHONE, DESKTOP])("a show of which every text attacks, $name", (size) => {
  let stage: Stage;
  /** What a page did that no text may make it do. */
  let misdeeds: string[];

  beforeAll(async () => {
    stage = await Stage.setShow(browser, HOSTILE_SHOW);
    misdeeds = [];
  });
  afterAll(() => stage?.close());

  const watched = async (opened: Promise<Window>) => {
    const window = await opened;
    window.page.on("dialog", (dialog) => {
      misdeeds.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    window.page.on("request", (request) => {
      const isOurs = request.url().startsWith(`${stage.server.url}/`) || request.url().startsWith("data:image/");
      if (!isOurs || new URL(request.url()).pathname.endsWith("/x")) {
        misdeeds.push(`request: ${request.url()}`);
      }
    });
    await window.page.reload();
    return window;
  };

  /** Shows these as text and nothing else, within the edges of the screen. */
  const isHarmless = async (name: string, window: Window, ...texts: string[]) => {
    await window.picture(`hostile-${name}`);
    for (const text of texts) {
      expect.soft(await window.page.getByText(text).count(), `${name} shows ${text}`).toBeGreaterThan(0);
    }
    expect.soft(await foreign(window), name).toEqual([]);
    expect.soft(await window.fits(), `${name} fits`).toBe(true);
    expect.soft(await beyondTheEdge(window), name).toEqual([]);
    expect.soft(await spilled(window), name).toEqual([]);
    // Pictures of such addresses are not found.
    expect
      .soft(
        window.errors.filter((error) => !error.startsWith("Failed to load resource")),
        name,
      )
      .toEqual([]);
    expect.soft(misdeeds, name).toEqual([]);
  };

  test("is shown as text by every page, in draft and live", async () => {
    const [viewer, host, brand] = await Promise.all([
      watched(stage.viewer("anna", size)),
      watched(stage.host(size)),
      watched(stage.brand(size)),
    ]);
    await host.part("start-show").waitFor();
    await brand.part("revenue").waitFor();
    await viewer.page.locator("viewer-stage").waitFor();
    for (const [name, window] of Object.entries({ viewer, host, brand })) {
      await isHarmless(`draft-${name}`, window, ATTACKS.picture, ATTACKS.script);
    }

    await stage.run("start");
    await stage.run("drops/markup/open");
    await viewer.part("buy").first().waitFor();
    await isHarmless("open-viewer", viewer, ATTACKS.picture, ATTACKS.script, ATTACKS.quotes);
    await viewer.page.getByRole("button", { name: viewer.t.details }).first().click();
    await viewer.page.getByRole("dialog").waitFor();
    await isHarmless("details-viewer", viewer, ATTACKS.picture, ATTACKS.endless);
    await viewer.page.keyboard.press("Escape");
    await viewer.part("buy").first().click();
    await viewer.part("pay").first().click();
    await viewer.part("confirm").waitFor();
    await isHarmless("checkout-viewer", viewer, ATTACKS.picture, ATTACKS.endless);
    await viewer.part("confirm").click();
    await viewer.part("confirmed").waitFor();
    await isHarmless("paid-viewer", viewer, ATTACKS.picture);
    await expect.poll(() => brand.part("units").textContent()).toBe("1");
    await stage.run("drops/endless/open");
    await stage.run("drops/turned/open");
    await host.part("alert-opened").waitFor();
    await isHarmless("live-host", host, ATTACKS.picture, ATTACKS.endless);
    await isHarmless("live-brand", brand, ATTACKS.picture, ATTACKS.endless);
    expect(await endsAtItsEnd(host)).toBe(true);
  });

  test("is shown as text by the list of shows and by the page of a draw", async () => {
    const landing = await watched(stage.page("/", size));
    await landing.page.getByText(ATTACKS.picture).first().waitFor();
    await isHarmless("landing", landing, ATTACKS.picture, ATTACKS.script);
    const draw = await watched(stage.page("/draw/?show=hostile&drop=turned", size));
    await draw.page.getByText(ATTACKS.turned).first().waitFor();
    await isHarmless("draw", draw, ATTACKS.picture, ATTACKS.turned);
  });

  test("ends harmlessly, too", async () => {
    await stage.run("end");
    const [viewer, host, brand] = await Promise.all([
      watched(stage.viewer("bram", size)),
      watched(stage.host(size)),
      watched(stage.brand(size)),
    ]);
    for (const [name, window] of Object.entries({ viewer, host, brand })) {
      await window.page.getByText(ATTACKS.picture).first().waitFor();
      await isHarmless(`ended-${name}`, window, ATTACKS.picture);
    }
    await brand.part("report").click();
    await brand.part("report-sheet").waitFor();
    await isHarmless("report-brand", brand, ATTACKS.picture, ATTACKS.endless);
    const named = await brand.page.getByText(`${ATTACKS.picture}gpj.efas`).textContent();
    expect(named, "the host's name reaches beyond itself").toMatch(/^\u2068[^\u202e]+\u2069 · /);
  });
});

/** Whether the last sign of what a host is told stands behind all others, whichever way the name in it runs. */
function endsAtItsEnd(host: Window): Promise<boolean> {
  return host.part("said").evaluate((said) => {
    const text = [...said.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim());
    const range = document.createRange();
    const length = text?.textContent?.length ?? 0;
    const rightOf = (place: number) => {
      range.setStart(text as Node, place);
      range.setEnd(text as Node, place + 1);
      return range.getBoundingClientRect().right;
    };
    const last = rightOf(length - 1);
    return Array.from({ length: length - 1 }, (_, place) => rightOf(place)).every((right) => right < last);
  });
}

/** Elements that only a text that was taken for markup could have made, in whichever shadow root. */
function foreign(window: Window): Promise<string[]> {
  const made = window.page.locator("img[src='x'], img[onerror], svg[onload], body script, [href^='javascript:']");
  return made.evaluateAll((elements) => elements.map((element) => element.outerHTML));
}

/** Elements that stick out of the screen sideways, where nothing around them scrolls or cuts them off. */
function beyondTheEdge(window: Window): Promise<string[]> {
  return window.page.locator("button, a, h1, h2, h3, p, dd, dt, li, td, label").evaluateAll((elements) => {
    const around = (element: Element) => element.parentElement ?? (element.getRootNode() as ShadowRoot).host;
    const isCut = (element: Element | undefined): boolean =>
      element !== undefined && (getComputedStyle(element).overflowX !== "visible" || isCut(around(element)));
    const sticksOut = (element: Element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 0 && (left < -1 || right > innerWidth + 1);
    };
    return elements
      .filter((element) => sticksOut(element) && !isCut(around(element)))
      .map((element) => `${element.localName}.${element.className}: ${element.textContent?.slice(0, 60)}`);
  });
}

/** Elements whose text is wider than themselves, where it is neither cut off nor meant for readers of screens alone. */
function spilled(window: Window): Promise<string[]> {
  return window.page.locator("dialog, button, h1, h2, h3, p, dd, dt, li, td, label, span").evaluateAll((elements) =>
    elements
      .filter(({ clientWidth, scrollWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1)
      .filter((element) => !["hidden", "clip"].includes(getComputedStyle(element).overflowX))
      .map((element) => `${element.localName}.${element.className}: ${element.textContent?.slice(0, 60)}`),
  );
}
