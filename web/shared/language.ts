import type { Texts } from "@dropcast/client";
import type { ReactiveController, ReactiveControllerHost } from "lit";
import { en, type Text } from "./texts/en";
import { nl } from "./texts/nl";

/** The languages that the pages speak; a third one is a file beside these two. */
export const LANGUAGES = { en: { name: "English", text: en }, nl: { name: "Nederlands", text: nl } } as const;
export type Language = keyof typeof LANGUAGES;

const STORED_AS = "dropcast.language";
const hosts = new Set<ReactiveControllerHost>();
let current: Language = stored() ?? preferred();
document.documentElement.lang = current;

export function language(): Language {
  return current;
}

/** The spoken language with the region that the browser is set to, for the ways to write numbers and times. */
export function locale(): string {
  return navigator.languages.find((tag) => tag.slice(0, 2) === current) ?? current;
}

/** The texts in the language that is spoken now. */
export function text(): Text {
  return LANGUAGES[current].text;
}

/** Switches all components on the page. */
export function speak(language: Language): void {
  current = language;
  document.documentElement.lang = language;
  try {
    localStorage.setItem(STORED_AS, language);
  } catch {
    // Where storage is forbidden the choice lasts as long as the page.
  }
  for (const host of hosts) {
    host.requestUpdate();
  }
}

/** A show's text in the spoken language, else in English, else in any. */
export function inLanguage(texts: Texts): string {
  return texts[current] ?? texts.en ?? Object.values(texts)[0] ?? "";
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

function preferred(): Language {
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2)).find(isLanguage);
  return spoken ?? "en";
}

function stored(): Language | undefined {
  try {
    const chosen = localStorage.getItem(STORED_AS) ?? "";
    return isLanguage(chosen) ? chosen : undefined;
  } catch {
    return undefined;
  }
}

function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag);
}
