import { knownLanguage, speak } from "../shared/language";

/** Follows the language of the page around an element: the nearest `lang`, else the first known one of the browser. */
export class PageLanguage {
  readonly #element: Element;
  readonly #observer = new MutationObserver(() => this.#follow());

  constructor(element: Element) {
    this.#element = element;
  }

  /** From where the element is now: whoever moves it stops and starts again. */
  start(): void {
    for (let node: Element | null = this.#element; node; node = around(node)) {
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

function langAround(element: Element | null): string | null {
  return element && (element.getAttribute("lang") || langAround(around(element)));
}

/** Crosses shadow roots: a shop may have made its page of elements, too. */
function around(element: Element): Element | null {
  const root = element.getRootNode();
  return element.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}
