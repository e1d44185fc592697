import type { Texts } from "@dropcast/client";
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { en, type Text } from "./texts/en";
import { type SomeText, withWords } from "./texts/fill";
import { nl } from "./texts/nl";

/** A language by its name for people, with its texts. */
export interface Language {
  readonly name: string;
  readonly text: Text;
}

/** The languages that the pages speak, by their tags; a third one is a file beside these two. */
const languages = new Map<string, Language>([
  ["en", { name: "English", text: en }],
  ["nl", { name: "Nederlands", text: nl }],
]);
const hosts = new Set<ReactiveControllerHost>();
/** In which language one would like to be spoken to: it is spoken once it is known. */
let wanted = "en";
let current = "en";

/** The tag of the language that is spoken now. */
export function language(): string {
  return current;
}

/** The languages that are known, by their tags. */
export function allLanguages(): ReadonlyMap<string, Language> {
  return languages;
}

/** Makes a language known; what its texts leave out is said in English. `tag` is such as `de`, without a region. */
export function addLanguage(tag: string, name: string, texts: SomeText): void {
  languages.set(tag, { name, text: withWords(en, texts) });
  speak(wanted);
}

/** The known language that a tag such as `nl-BE` asks for. */
export function knownLanguage(tag: string): string | undefined {
  const primary = tag.toLowerCase().split("-")[0] ?? "";
  return languages.has(primary) ? primary : undefined;
}

/** The spoken language with the region that the browser is set to, for the ways to write numbers and times. */
export function locale(): string {
  return navigator.languages.find((tag) => tag.split("-")[0] === current) ?? current;
}

/** The texts in the language that is spoken now. */
export function text(): Text {
  return languages.get(current)?.text ?? en;
}

/** Switches all components to the language that `tag` asks for, or to English where that is not known. */
export function speak(tag: string): void {
  wanted = tag;
  current = knownLanguage(tag) ?? "en";
  sayAgain();
}

/** Renders all components anew, where what they say may have changed. */
export function sayAgain(): void {
  for (const host of hosts) {
    host.requestUpdate();
  }
}

/** A show's text in the spoken language, else in English, else in any. */
export function inLanguage(texts: Texts): string {
  return texts[current] ?? texts.en ?? Object.values(texts)[0] ?? "";
}

/** The same as a name within a sentence. */
export function nameInLanguage(texts: Texts): string {
  return isolated(inLanguage(texts));
}

/**
 * A name within a sentence: whichever way it runs, the words around it stay where they are (isolates of Unicode's
 * UAX #9). What would embed or override is left out of it, as it could reach beyond the name.
 */
export function isolated(name: string): string {
  const shown = name.replace(/[\u202a-\u202e\u2066-\u2069]/g, "");
  return shown && `\u2068${shown}\u2069`;
}

/** Renders its host anew when the language changes. */
export class LanguageController implements ReactiveController {
  readonly #host: ReactiveControllerHost;

  constructor(host: ReactiveControllerHost) {
    this.#host = host;
  }

  hostConnected(): void {
    hosts.add(this.#host);
  }

  hostDisconnected(): void {
    hosts.delete(this.#host);
  }
}
