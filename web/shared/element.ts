import { LitElement } from "lit";
import { LanguageController, text } from "./language";
import type { Text } from "./texts/en";

/** A component whose texts follow the spoken language. */
export abstract class PageElement extends LitElement {
  constructor() {
    super();
    this.addController(new LanguageController(this));
  }

  /** The texts of the spoken language. */
  protected get t(): Text {
    return text();
  }

  /** Tells the component around this one; crosses shadow roots. */
  protected tell<T>(name: string, detail: T): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
