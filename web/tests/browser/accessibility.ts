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

/** The same in light and dark colours. */
export async function seriousProblemsInBothSchemes(window: Window): Promise<string[]> {
  const problems: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await window.page.emulateMedia({ colorScheme });
    problems.push(...(await seriousProblems(window)).map((problem) => `${colorScheme}: ${problem}`));
  }
  await window.page.emulateMedia({ colorScheme: "light" });
  return problems;
}
