import { knownLanguage, speak } from "../shared/language";

/** Follows the language of the page around an element: the nearest `lang`, else the first known one of the browser. */
export class PageLanguage {
  readonly #element: Element;
  readonly #observer = new MutationObserver(() => this.#follow());

  constructor(element: Element) {
    this.#element = element;
  }

  start(): void {
    for (const node of [this.#element, document.documentElement]) {
      this.#observer.observe(node, { attributes: true, attributeFilter: ["lang"] });
    }
    this.#follow();
  }

  stop(): void {
    this.#observer.disconnect();
  }

  #follow(): void {
    speak(langAround(this.#element) ?? navigator.languages.find(knownLanguage) ?? "en");
  }
}

/** Crosses shadow roots: a shop may have made its page of elements, too. */
function langAround(element: Element): string | null {
  const said = element.closest('[lang]:not([lang=""])')?.getAttribute("lang");
  const root = element.getRootNode();
  return said ?? (root instanceof ShadowRoot ? langAround(root.host) : null);
}
