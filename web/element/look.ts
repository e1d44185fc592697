import { scaled } from "../shared/scaled";
import tokens from "../shared/tokens.css?inline";

/** When the dark colours hold, for each colour scheme that a shop can choose. */
const DARK_WHEN = { light: "not all", dark: "all", auto: "(prefers-color-scheme: dark)" } as const;
export type Scheme = keyof typeof DARK_WHEN;

/** What forms and scroll bars that the browser draws have to look like. */
const BROWSERS_OWN: Record<Scheme, string> = { light: "light", dark: "dark", auto: "light dark" };

/** Nothing that a shop's page says about its own text, boxes or layers reaches the element, nor the other way round. */
const FRAME = `
  :host { display: block; }
  :host([hidden]) { display: none; }
  .look {
    all: initial; display: block; visibility: inherit; isolation: isolate;
    font-size: var(--live-show-size, medium); --live-show-rem: 1em;
  }
`;

const looks = new Map<Scheme, CSSStyleSheet>();

export function isScheme(name: string): name is Scheme {
  return Object.hasOwn(DARK_WHEN, name);
}

/** The style sheet of the element in a colour scheme. */
export function lookOf(scheme: Scheme): CSSStyleSheet {
  const sheet = looks.get(scheme) ?? newLook(scheme);
  looks.set(scheme, sheet);
  return sheet;
}

function newLook(scheme: Scheme): CSSStyleSheet {
  measureOwnRem();
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${FRAME} ${scaled(tokens)} .look { color-scheme: ${BROWSERS_OWN[scheme]}; }`);
  for (const rule of sheet.cssRules) {
    if (rule instanceof CSSMediaRule && rule.conditionText.includes("prefers-color-scheme")) {
      rule.media.mediaText = DARK_WHEN[scheme];
    }
  }
  return sheet;
}

/** As a length it is what one em is where it is said, not where it is used. */
function measureOwnRem(): void {
  try {
    CSS.registerProperty({ name: "--live-show-rem", syntax: "<length>", inherits: true, initialValue: "16px" });
  } catch {
    // Another copy of this script did it before.
  }
}
