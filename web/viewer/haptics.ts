import type { Outcome } from "@dropcast/client";

/** A press was taken. */
const PRESSED_MS = 12;
/** What can be felt of an answer, in milliseconds on, off, on. */
const GOOD_MS = [20, 50, 30];
const BAD_MS = [70];

/** Says by touch that a press was taken, where the device can. */
export function feelPress(): void {
  feel(PRESSED_MS);
}

/** Says by touch how a press ended. */
export function feelOutcome({ kind }: Outcome): void {
  const isBad = kind === "refused" || kind === "problem" || kind === "unknown";
  feel(isBad ? BAD_MS : GOOD_MS);
}

/** An offer has come. */
export function feelOffer(): void {
  feel([...GOOD_MS, 80, ...GOOD_MS]);
}

/** Browsers refuse it, and say so in the console, before the page was touched; iPhones don't have it. */
function feel(pattern: number | number[]): void {
  if (navigator.userActivation?.hasBeenActive && !matchMedia("(prefers-reduced-motion: reduce)").matches) {
    navigator.vibrate?.(pattern);
  }
}
