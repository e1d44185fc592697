import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { AxeResults, RunOptions } from "axe-core";
import type { Window } from "./browser";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const OPTIONS: RunOptions = { resultTypes: ["violations"] };
const SERIOUS: readonly unknown[] = ["serious", "critical"];

/** What is seriously wrong for those who use a keyboard, a screen reader or their eyes less well: a line each. */
export async function seriousProblems(window: Window): Promise<string[]> {
  // Handed over by the debugger, which the page's content security policy doesn't keep out.
  await window.page.evaluate(AXE);
  const results = await window.page.evaluate(
    (options) => (globalThis as unknown as { axe: { run(o: RunOptions): Promise<AxeResults> } }).axe.run(options),
    OPTIONS,
  );
  return results.violations
    .filter(({ impact }) => SERIOUS.includes(impact))
    .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}

/**
 * What is too small for a finger, less than so many pixels high or wide: a line each. Links in a text are as high as it,
 * and the drops on the chart's time line are in the table below it.
 */
export async function smallTargets(window: Window, least: number): Promise<string[]> {
  const session = await window.page.context().newCDPSession(window.page);
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: true });
  const small = await window.page.evaluate((pixels) => {
    const roots = (root: Document | ShadowRoot): (Document | ShadowRoot)[] => [
      root,
      ...[...root.querySelectorAll("*")].flatMap(({ shadowRoot }) => (shadowRoot ? roots(shadowRoot) : [])),
    ];
    const targets = roots(document).flatMap((root) => [
      ...root.querySelectorAll<HTMLElement>("button:not(.flag), input, select, summary, a.button"),
    ]);
    return targets
      .filter((target) => target.checkVisibility() && !target.matches(":disabled"))
      .map((target) => ({ target, box: target.getBoundingClientRect() }))
      .filter(({ box }) => Math.min(box.width, box.height) < pixels - 0.5)
      .map(({ target, box }) => `${target.localName} ${target.textContent?.trim()}: ${box.width} × ${box.height}`);
  }, least);
  await session.send("Emulation.setTouchEmulationEnabled", { enabled: false });
  return small;
}

/** What is seriously wrong, in light and dark colours. */
export async function seriousProblemsInBothSchemes(window: Window): Promise<string[]> {
  const problems: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await window.page.emulateMedia({ colorScheme });
    problems.push(...(await seriousProblems(window)).map((problem) => `${colorScheme}: ${problem}`));
  }
  await window.page.emulateMedia({ colorScheme: "light" });
  return problems;
}
