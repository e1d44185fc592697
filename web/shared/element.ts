import { type CSSResultGroup, type CSSResultOrNative, LitElement, unsafeCSS } from "lit";
import { around } from "./around";
import { LanguageController } from "./language";
import { scaled } from "./scaled";
import type { Text } from "./texts/en";

/** Styles that several components share are one style sheet for all of them. */
const sheets = new Map<CSSResultOrNative, CSSResultOrNative>();

/** Ends what components tell each other. */
const end = (event: Event) => event.stopPropagation();

/** What every component is: its look doesn't depend on the page that it is in. */
export abstract class Component extends LitElement {
  protected static override finalizeStyles(styles?: CSSResultGroup): CSSResultOrNative[] {
    return LitElement.finalizeStyles(styles).map((style) => {
      const sheet = sheets.get(style) ?? (style instanceof CSSStyleSheet ? style : unsafeCSS(scaled(style.cssText)));
      sheets.set(style, sheet);
      return sheet;
    });
  }
}

/** A component whose texts follow the spoken language. */
export abstract class PageElement extends Component {
  constructor() {
    super();
    this.addController(new LanguageController(this));
  }

  /** The texts of the spoken language. */
  protected get t(): Text {
    return around(this).text();
  }

  /** Tells the component around this one; crosses shadow roots, but never leaves for a shop's page. */
  protected tell<T>(name: string, detail: T): void {
    // Listening with the same function again changes nothing.
    around(this).edge?.addEventListener(name, end);
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}
