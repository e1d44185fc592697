import { knownLanguage, language, speak } from "./language";

/** Under which name the browser remembers what was chosen. */
const STORED_AS = "dropcast.language";

/** Speaks another language on this page, and on the next ones. */
export function choose(tag: string): void {
  speakOnPage(tag);
  try {
    localStorage.setItem(STORED_AS, tag);
  } catch {
    // Where storage is forbidden the choice lasts as long as the page.
  }
}

function speakOnPage(tag: string): void {
  speak(tag);
  document.documentElement.lang = language();
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED_AS);
  } catch {
    return null;
  }
}

/** What was chosen, else what the browser asks for first of what is known. */
speakOnPage([stored() ?? "", ...navigator.languages].find(knownLanguage) ?? "en");
