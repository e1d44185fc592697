import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DESKTOP, launch, PHONE, type Size, Window } from "./browser";
import { pictureTime } from "./picture_time";
import { Server } from "./server";

/** What a viewer's page knew when a drop appeared on it. */
interface Appeared {
  /** By this machine's clock, which is the server's. */
  readonly at: number;
  /** The program time of the picture, if one played. */
  readonly picture: number | null;
}

const VIDEO = "**/demo/video/**";

let browser: Browser;
let server: Server;
let host: Window;

beforeAll(async () => {
  browser = await launch();
  server = await Server.demo("video");
  host = await Window.open(browser, DESKTOP, `${server.url}/host/`);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test("a drop appears when the picture gets there, and at once where nothing plays", async () => {
  const [behind, without] = await Promise.all([watch(PHONE, "plays"), watch(DESKTOP, "fails")]);
  await expect.poll(() => pictureTime(behind), { timeout: 60_000 }).toBeTypeOf("number");
  await expect.poll(() => without.part("no-video").textContent()).toContain("can't be played");
  const watched = [behind, without].map((window) => appearance(window));

  await host.part("open-next").click();
  const [late, early] = await Promise.all(watched);
  const openedAt = await openedFirst();
  expect(early?.picture).toBeNull();
  // On a machine so busy that the picture stood still, the drop appeared at once.
  if (late?.picture !== null) {
    expect(late?.picture).toBeGreaterThanOrEqual(openedAt);
    expect(late?.at).toBeGreaterThan(early?.at ?? 0);
  }
  await behind.picture("viewer-video");
  await without.picture("viewer-video-failed");

  await behind.part("buy").click();
  await behind.part("pay").first().waitFor();
  for (const window of [behind, without]) {
    expect(await window.fits()).toBe(true);
  }
  expect(behind.errors).toEqual([]);
});

test("a video that could not be had plays once it can, by itself, at a press and when the connection returns", async () => {
  const viewers = await Promise.all([watch(PHONE, "fails"), watch(DESKTOP, "fails"), watch(PHONE, "fails")]);
  const [waiting, pressing, returning] = viewers as [Window, Window, Window];
  await Promise.all(viewers.map((viewer) => viewer.part("video-again").waitFor()));
  await waiting.picture("viewer-video-again");
  expect(await waiting.part("pause-video").count()).toBe(0);
  await Promise.all(viewers.map((viewer) => viewer.page.unroute(VIDEO)));
  await pressing.part("video-again").click();
  await returning.page.context().setOffline(true);
  await returning.page.context().setOffline(false);
  for (const viewer of viewers) {
    await expect.poll(() => pictureTime(viewer), { timeout: 60_000 }).toBeTypeOf("number");
    expect(await viewer.part("no-video").count()).toBe(0);
    expect(await viewer.part("pause-video").count()).toBe(1);
    await viewer.close();
  }
});

test("a video that is lost while it plays goes on once it can be had again", async () => {
  const viewer = await watch(PHONE, "plays");
  await expect.poll(() => pictureTime(viewer), { timeout: 60_000 }).toBeTypeOf("number");
  await cutVideo(viewer);
  await viewer.part("video-again").waitFor();
  expect(await viewer.part("no-video").textContent()).toBe(viewer.t.videoFailed);
  await viewer.page.unroute(VIDEO);
  await expect.poll(() => pictureTime(viewer), { timeout: 60_000 }).toBeTypeOf("number");
  await viewer.close();
});

test("a drop appears at once for who has paused the picture", async () => {
  const viewer = await watch(PHONE, "plays");
  await expect.poll(() => pictureTime(viewer), { timeout: 60_000 }).toBeTypeOf("number");
  await viewer.part("pause-video").click();
  await expect.poll(() => pictureTime(viewer)).toBeNull();
  const before = await viewer.page.locator("viewer-drop-card").count();
  await host.part("open-next").click();
  const appeared = await appearance(viewer, before);
  expect(appeared.picture).toBeNull();
  await viewer.picture("viewer-video-paused");
});

/** A viewer's window in which the video plays, or can't be loaded. */
async function watch(size: Size, video: "plays" | "fails"): Promise<Window> {
  const window = await Window.open(browser, size, "about:blank");
  if (video === "fails") {
    await cutVideo(window);
  }
  await window.page.goto(`${server.url}/viewer/`);
  await window.page.locator("viewer-drop-row").first().waitFor();
  return window;
}

function cutVideo({ page }: Window): Promise<unknown> {
  return page.route(VIDEO, (route) => route.abort());
}

/** Waits in the page itself until one more drop is on it than there were. */
function appearance({ page }: Window, before = 0): Promise<Appeared> {
  return page.locator("viewer-drops").evaluate((drops, count) => {
    const stage = (drops.getRootNode() as ShadowRoot).querySelector("viewer-stage");
    const { picture } = stage as unknown as { picture: { read(now: number): number | null } };
    return new Promise<Appeared>((resolve) => {
      const look = () => {
        if ((drops.shadowRoot?.querySelectorAll("viewer-drop-card").length ?? 0) > count) {
          resolve({ at: Date.now(), picture: picture.read(performance.now()) });
        } else {
          requestAnimationFrame(look);
        }
      };
      look();
    });
  }, before);
}

/** When the first drop was opened, by the server. */
async function openedFirst(): Promise<number> {
  const session = (await (await fetch(`${server.url}/demo/session?role=viewer`)).json()) as { show: string };
  const show = (await (await fetch(`${server.url}/v1/shows/${session.show}`)).json()) as {
    public: { drops: { opened_at: string | null }[] };
  };
  return Date.parse(show.public.drops.find((drop) => drop.opened_at !== null)?.opened_at ?? "");
}
