import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { en, type Text } from "../../shared/texts/en";
import { nl } from "../../shared/texts/nl";

const OUTPUT = fileURLToPath(new URL("../../test-output/", import.meta.url));
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Size {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly locale: string;
}

export const PHONE: Size = { name: "phone", width: 390, height: 844, locale: "nl-NL" };
export const DESKTOP: Size = { name: "desktop", width: 1440, height: 900, locale: "en-GB" };

/** The texts of the pages, by the locale of a window. */
const TEXTS: Record<string, Text> = { "en-GB": en, "nl-NL": nl };

/** Both sizes in both languages. */
export const EVERYWHERE: readonly Size[] = [PHONE, DESKTOP].flatMap((size) =>
  Object.keys(TEXTS).map((locale) => ({ ...size, name: `${size.name}-${locale.slice(0, 2)}`, locale })),
);

export function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

/** A person's window: cookies and storage of its own, and a list of everything that went wrong in it. */
export class Window {
  readonly page: Page;
  readonly errors: string[] = [];
  readonly #size: Size;

  private constructor(page: Page, size: Size) {
    this.page = page;
    this.#size = size;
    page.on("pageerror", (error) => this.errors.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") {
        this.errors.push(message.text());
      }
    });
  }

  /** `kept` is what the tab's storage has before the page opens, by its name. */
  static async open(browser: Browser, size: Size, address: string, kept: [string, string][] = []): Promise<Window> {
    const context = await browser.newContext({ viewport: size, locale: size.locale, reducedMotion: "reduce" });
    await context.addInitScript((entries) => {
      for (const [name, value] of entries) {
        sessionStorage.setItem(name, value);
      }
    }, kept);
    const window = new Window(await context.newPage(), size);
    await window.page.goto(address);
    return window;
  }

  /** What the page says in the language of this window. */
  get t(): Text {
    return TEXTS[this.#size.locale] ?? en;
  }

  get size(): Size {
    return this.#size;
  }

  /** The part of the page that tests know by this name. */
  part(name: string) {
    return this.page.locator(`[data-test="${name}"]`);
  }

  /** What is on the screen, for people to look at. */
  async picture(name: string): Promise<void> {
    mkdirSync(OUTPUT, { recursive: true });
    await this.page.screenshot({ path: `${OUTPUT}${this.#size.name}-${name}.png` });
  }

  /** Whether everything fits its width: nothing hides beyond the edge of a phone. */
  fits(): Promise<boolean> {
    return this.page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth);
  }

  async close(): Promise<void> {
    await this.page.context().close();
  }
}
