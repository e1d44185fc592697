import type { Numbers } from "@dropcast/client";

export type StepName = "saw" | "clicked" | "held" | "bought";
const STEPS: readonly StepName[] = ["saw", "clicked", "held", "bought"];

/** How many different viewers came so far. */
export interface Step {
  readonly name: StepName;
  readonly viewers: number;
  /** Of those who came to the step before; `null` for the first, and where nobody came before. */
  readonly rate: number | null;
  /** Of those who came to the first step; `null` where nobody did. */
  readonly share: number | null;
  /** How many of the step before did not come here. */
  readonly lost: number;
  /** Whether no other step loses more. */
  readonly losesMost: boolean;
}

/** The way of viewers to a purchase. Steps are counted apart, so a later one may be larger: that is nobody lost. */
export function funnel(numbers: Pick<Numbers, StepName>): readonly Step[] {
  const counts = STEPS.map((name) => numbers[name]);
  const first = counts[0] ?? 0;
  const lost = counts.map((viewers, place) => Math.max(0, (counts[place - 1] ?? viewers) - viewers));
  const most = Math.max(...lost);
  return STEPS.map((name, place) => {
    const viewers = numbers[name];
    const before = counts[place - 1];
    return {
      name,
      viewers,
      rate: before ? viewers / before : null,
      share: first > 0 ? viewers / first : null,
      lost: lost[place] ?? 0,
      losesMost: most > 0 && lost.indexOf(most) === place,
    };
  });
}
