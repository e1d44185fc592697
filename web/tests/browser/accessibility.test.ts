import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seriousProblemsInBothSchemes } from "./accessibility";
import { DESKTOP, launch, PHONE } from "./browser";
import { FULL_SHOW, Stage } from "./stage";
import { tour } from "./tour";

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

describe.each([PHONE, DESKTOP])("axe, $name", (size) => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.set(browser, FULL_SHOW);
  });
  afterAll(() => stage?.close());

  test("finds nothing serious on any page in any of its main states", { timeout: 300_000 }, async () => {
    const problems: Record<string, string[]> = {};
    await tour(stage, size, async (state, window) => {
      await window.picture(`state-${state.replaceAll(/\W+/g, "-")}`);
      const found = await seriousProblemsInBothSchemes(window);
      if (found.length > 0) {
        problems[state] = found;
      }
    });
    expect(problems).toEqual({});
  });

  test("would find a picture without words", async () => {
    const page = await stage.page("/", size);
    await page.page.evaluate(() => document.body.append(Object.assign(new Image(), { src: "/favicon.svg" })));
    expect((await seriousProblemsInBothSchemes(page)).join()).toContain("image-alt");
  });
});
