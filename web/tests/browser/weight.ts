import { gzipSync } from "node:zlib";
import type { Response } from "playwright-core";
import type { Window } from "./browser";

const TYPES: ReadonlySet<string> = new Set(["document", "script", "stylesheet"]);
/** The player is loaded where there is video, and is not part of a page's weight. */
const PLAYER = /\/hls[.-]/;

/** What a page loads of HTML, scripts and styles when it is opened with nothing in the cache, each compressed, in bytes. */
export async function weigh(window: Window): Promise<number> {
  const parts: Promise<number>[] = [];
  const listen = (response: Response) => {
    if (TYPES.has(response.request().resourceType()) && !PLAYER.test(response.url())) {
      parts.push(response.body().then((body) => gzipSync(body).length));
    }
  };
  window.page.on("response", listen);
  await window.page.reload({ waitUntil: "networkidle" });
  window.page.off("response", listen);
  return (await Promise.all(parts)).reduce((sum, bytes) => sum + bytes, 0);
}
