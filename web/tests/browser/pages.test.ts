import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DESKTOP, launch, PHONE, type Window } from "./browser";
import { Stage } from "./stage";
import { weigh } from "./weight";

/** What a page may weigh. */
const WEIGHT_MAX = 150 * 1_024;

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

const pages: [string, () => Promise<Window>][] = [
  ["landing", () => stage.page("/", DESKTOP)],
  ["viewer", () => stage.viewer("anna", PHONE)],
  ["host", () => stage.host(DESKTOP)],
  ["brand", () => stage.brand(DESKTOP)],
  ["draw", () => stage.page("/draw/?show=full-show&drop=mugs", PHONE)],
];

describe.each(pages)("the %s page", (_, open) => {
  test("weighs at most 150 KB, compressed and without the player", async () => {
    const window = await open();
    const bytes = await weigh(window);
    expect(bytes).toBeGreaterThan(1_024);
    expect(bytes).toBeLessThanOrEqual(WEIGHT_MAX);
    await window.close();
  });

  test("runs nothing that the server didn't send as a file", async () => {
    const window = await open();
    const answer = await window.page.reload();
    const policy = policyOf(answer?.headers()["content-security-policy"] ?? "");
    const scripts = policy.get("script-src") ?? policy.get("default-src");
    expect(scripts).toEqual(["'self'"]);
    expect(policy.get("object-src")).toEqual(["'none'"]);
    expect(policy.get("base-uri")).toEqual(["'none'"]);
    const inline = await window.page.evaluate(() => {
      document.body.append(Object.assign(document.createElement("script"), { textContent: "globalThis.ran = true" }));
      return "ran" in globalThis;
    });
    expect(inline).toBe(false);
    await window.close();
  });

  test("paints something to read or see before the socket says anything", async () => {
    const window = await open();
    await window.page.routeWebSocket(/\/v1\/ws$/, () => {});
    await window.page.reload({ waitUntil: "load" });
    const paints = () =>
      window.page.evaluate(() => performance.getEntriesByName("first-contentful-paint").map((one) => one.name));
    await expect.poll(paints).toHaveLength(1);
    await window.close();
  });
});

/** The sources of each directive. */
function policyOf(header: string): Map<string, string[]> {
  return new Map(
    header.split(";").map((directive) => {
      const [name = "", ...sources] = directive.trim().split(/\s+/);
      return [name, sources];
    }),
  );
}
