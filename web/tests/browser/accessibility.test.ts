import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousProblemsInBothSchemes, smallTargets } from "./accessibility";
import { DESKTOP, launch, PHONE } from "./browser";
import { FULL_SHOW, Stage } from "./stage";
import { tour } from "./tour";

/** What a finger needs, in pixels; a brand's controls stand closer together. */
const FINGER_PX = 44;
const BRAND_PX = 40;

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

describe.each([PHONE, DESKTOP])("every page, $name", (size) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set(browser, FULL_SHOW);
  });
  afterAll(() => stage?.close());

  test("has nothing serious for axe to find in any of its main states, and nothing too small for a finger", {
    timeout: 300_000,
  }, async () => {
    const problems: Record<string, string[]> = {};
    await tour(stage, size, async (state, window) => {
      await window.picture(`state-${state.replaceAll(/\W+/g, "-")}`);
      const least = state.startsWith("brand") ? BRAND_PX : FINGER_PX;
      const found = await seriousProblemsInBothSchemes(window);
      found.push(...(await smallTargets(window, least)));
      if (found.length > 0) {
        problems[state] = found;
      }
    });
    expect(problems).toEqual({});
  });

  test("would be found to have a picture without words, and a small button", async () => {
    const page = await stage.page("/", size);
    await page.page.evaluate(() => document.body.append(Object.assign(new Image(), { src: "/favicon.svg" })));
    expect((await seriousProblemsInBothSchemes(page)).join()).toContain("image-alt");
    await page.page.evaluate(() => document.body.append(document.createElement("button")));
    expect(await smallTargets(page, FINGER_PX)).toHaveLength(1);
  });
});
