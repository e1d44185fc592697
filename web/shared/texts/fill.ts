import type { Text } from "./en";

/** Some of the texts: what is left out is said as it was. */
export type SomeText = Some<Text>;

type Some<T> = {
  readonly [K in keyof T]?: T[K] extends (...values: never[]) => string
    ? T[K]
    : T[K] extends readonly string[]
      ? readonly string[]
      : T[K] extends string
        ? string
        : Some<T[K]>;
};

/** `text` with other words for some of it. A text of another kind than the one it would replace is left out. */
export function withWords<T extends object>(text: T, words: Some<T>): T {
  const all = Object.entries(text).map(([name, said]) => [name, chosen(said, (words as Given)[name])]);
  return Object.fromEntries(all) as T;
}

type Given = Readonly<Record<string, unknown>>;

function chosen(said: unknown, other: unknown): unknown {
  if (typeof said !== typeof other || Array.isArray(said) !== Array.isArray(other) || other === null) {
    return said;
  }
  return typeof said === "object" && said !== null && !Array.isArray(said) ? withWords(said, other as Given) : other;
}
