import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DESKTOP, launch, PHONE, type Window } from "./browser";
import { Shopper } from "./shopper";
import { FULL_SHOW, Stage } from "./stage";

/** More presses of Tab than any page has places for the focus. */
const TABS_MAX = 60;

/** Where the focus is, in whichever shadow root. */
interface Focus {
  /** The name that tests know it by; empty where it has none. */
  readonly test: string;
  readonly tag: string;
  /** Whether the page shows that it is there. */
  readonly isVisible: boolean;
  readonly isInDialog: boolean;
}

let browser: Browser;
let stage: Stage;

beforeAll(async () => {
  browser = await launch();
  stage = await Stage.selling(browser);
});
afterAll(async () => {
  await stage?.close();
  await browser?.close();
});

describe.each([PHONE, DESKTOP])("with the keyboard alone, $name", (size) => {
  test("a viewer buys, sees where the focus is, and never loses it", async () => {
    const viewer = await stage.viewer(`anna-${size.name}`, size);
    await viewer.part("buy").first().waitFor();
    await tabTo(viewer, "buy");
    await viewer.page.keyboard.press("Enter");
    await viewer.part("pay").first().waitFor();
    expect(await focus(viewer)).toMatchObject({ test: "pay", isVisible: true });

    await viewer.page.keyboard.press("Enter");
    await viewer.part("confirm").waitFor();
    await staysInDialog(viewer);
    await tabTo(viewer, "confirm");
    await viewer.picture("keyboard-checkout");
    await viewer.page.keyboard.press("Enter");
    await viewer.part("confirmed").waitFor();
    await expect.poll(() => focus(viewer)).toMatchObject({ tag: "button", isInDialog: true });
    await viewer.page.keyboard.press("Enter");
    await viewer.part("confirmed").waitFor({ state: "detached" });
    expect((await focus(viewer)).tag).not.toBe("body");
    expect(stage.audit().totals.held).toBe(0);
  });

  test("a sheet that is left with Escape gives the focus back", async () => {
    const viewer = await stage.viewer(`bram-${size.name}`, size);
    const details = viewer.page.getByRole("button", { name: viewer.t.details }).first();
    await details.focus();
    await viewer.page.keyboard.press("Enter");
    await viewer.page.getByRole("dialog").waitFor();
    await staysInDialog(viewer);
    await viewer.page.keyboard.press("Escape");
    await viewer.page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await details.evaluate((button) => button.matches(":focus"))).toBe(true);
  });
});

describe.each([PHONE, DESKTOP])("in a line with the keyboard alone, $name", (size) => {
  test("a viewer joins, leaves and joins again, and the focus is always somewhere", async () => {
    await onlyOneIsTaken();
    const viewer = await stage.viewer(`dirk-${size.name}`, size);
    await viewer.part("join").waitFor();
    await tabTo(viewer, "join");
    for (const next of ["leave", "join", "leave"]) {
      await viewer.page.keyboard.press("Enter");
      await viewer.part(next).waitFor();
      await expect.poll(() => focus(viewer)).toMatchObject({ test: next, isVisible: true });
    }
  });
});

test("who waits in a line that closes is told, and takes note of it with the keyboard alone", async () => {
  await onlyOneIsTaken();
  const viewer = await stage.viewer("elke", PHONE);
  await viewer.part("join").focus();
  await viewer.page.keyboard.press("Enter");
  await expect.poll(() => focus(viewer)).toMatchObject({ test: "leave" });
  await stage.run("drops/the-last-lamp/close");
  const news = viewer.part("unserved");
  await news.waitFor();
  await viewer.part("leave").waitFor({ state: "detached" });
  expect((await focus(viewer)).tag).toBe("h2");
  await news.getByRole("button").focus();
  await viewer.page.keyboard.press("Enter");
  await news.waitFor({ state: "detached" });
  expect((await focus(viewer)).tag).toBe("div");
});

/** Puts the one lamp on sale and takes it, unless that was done before. */
async function onlyOneIsTaken(): Promise<void> {
  if ((await stage.phases())["the-last-lamp"] === "planned") {
    await stage.run("drops/the-last-lamp/open");
    await new Shopper(stage.server, FULL_SHOW.show).hold("fleur", "the-last-lamp", "lamp");
  }
}

test("nothing moves for those who asked for reduced motion", async () => {
  const moving = await movements("no-preference");
  expect(moving.length).toBeGreaterThan(0);
  expect(await movements("reduce")).toEqual([]);
});

/** What moves from the first paint to an open sheet, in a page that has to wait for its show. */
async function movements(reducedMotion: "reduce" | "no-preference"): Promise<string[]> {
  const viewer = await stage.viewer(`carla-${reducedMotion}`, PHONE);
  await viewer.page.emulateMedia({ reducedMotion });
  await viewer.page.addInitScript(() => {
    const seen = new Set<string>();
    Object.assign(globalThis, { seen });
    const roots = (root: Document | ShadowRoot): (Document | ShadowRoot)[] => [
      root,
      ...[...root.querySelectorAll("*")].flatMap(({ shadowRoot }) => (shadowRoot ? roots(shadowRoot) : [])),
    ];
    const look = () => {
      for (const motion of roots(document).flatMap((root) => root.getAnimations())) {
        seen.add(motion instanceof CSSTransition ? motion.transitionProperty : (motion as CSSAnimation).animationName);
      }
      requestAnimationFrame(look);
    };
    look();
  });
  await viewer.page.reload();
  await viewer.page.getByRole("button", { name: viewer.t.details }).first().click();
  await viewer.page.getByRole("dialog").getByRole("heading").first().waitFor();
  const seen = await viewer.page.evaluate(() => [...(globalThis as unknown as { seen: Set<string> }).seen]);
  await viewer.close();
  return seen;
}

/** Moves the focus on until it is on the part of this name, and sees that it is shown at every step. */
async function tabTo(window: Window, name: string): Promise<void> {
  for (let presses = 0; presses < TABS_MAX; presses += 1) {
    const at = await focus(window);
    if (at.test === name) {
      return;
    }
    await window.page.keyboard.press("Tab");
    const next = await focus(window);
    expect(next.isVisible || next.tag === "body", `the focus is not to be seen: ${JSON.stringify(next)}`).toBe(true);
  }
  throw new Error(`the focus never came to ${name}`);
}

/** Goes once around a dialog: whatever is behind it is out of reach. */
async function staysInDialog(window: Window): Promise<void> {
  for (let presses = 0; presses < 12; presses += 1) {
    await window.page.keyboard.press("Tab");
    const at = await focus(window);
    // From its last place the focus goes to the browser's own bar, which the page sees as its body.
    expect(at.isInDialog || at.tag === "body", `the focus left the dialog: ${JSON.stringify(at)}`).toBe(true);
  }
}

function focus(window: Window): Promise<Focus> {
  return window.page.evaluate(() => {
    let at = document.activeElement ?? document.body;
    const hosts: Element[] = [at];
    for (let inner = at.shadowRoot?.activeElement; inner; inner = at.shadowRoot?.activeElement) {
      at = inner;
      hosts.push(at);
    }
    const shows = (one: Element | null) => {
      const look = one && getComputedStyle(one);
      return (
        look !== null && (look.boxShadow !== "none" || (look.outlineStyle !== "none" && look.outlineWidth !== "0px"))
      );
    };
    // A chip's input is invisible itself: what stands beside it shows the focus.
    const isVisible = shows(at) || (at.matches("label input") && shows(at.nextElementSibling));
    const isInDialog = hosts.some((one) => one.closest("dialog, dc-sheet") !== null);
    return { test: at.getAttribute("data-test") ?? "", tag: at.localName, isVisible, isInDialog };
  });
}
