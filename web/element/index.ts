import { addLanguage as add } from "../shared/language";
import type { SomeText } from "../shared/texts/fill";

export { LiveShow, type TokenSource } from "./live_show";

/** A language that the element does not speak by itself, or speaks differently. */
export interface NewLanguage {
  /** Such as `de`, without a region. */
  readonly tag: string;
  /** Its name for those who speak it. */
  readonly name: string;
  /** What is left out is said in English. */
  readonly texts: SomeText;
}

/** Makes a language known to every `<live-show>` of the page; `lang` chooses it. */
export function addLanguage({ tag, name, texts }: NewLanguage): void {
  add(tag, name, texts);
}
