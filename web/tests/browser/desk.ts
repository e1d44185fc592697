import type { Window } from "./browser";

/** The end of a show is asked for by holding the answer for at least this long. */
const HOLD_MS = 2_000;

/** What a host does at the desk. */
export class Desk {
  readonly window: Window;
  readonly #hasKeyboard: boolean;

  constructor(window: Window) {
    this.window = window;
    this.#hasKeyboard = window.size.width > 600;
  }

  async start(): Promise<void> {
    await this.window.part("start-show").click();
    await this.window.part("end-show").waitFor();
  }

  /** Opens the next drop with one press: of a key where there is a keyboard. */
  async openNext(): Promise<void> {
    await this.#ready("open-next");
    await (this.#hasKeyboard ? this.#space() : this.window.part("open-next").click());
  }

  /** The same with a second press, as quick as a nervous hand. */
  async openNextTwice(): Promise<void> {
    await this.#ready("open-next");
    await (this.#hasKeyboard ? this.#space().then(() => this.#space()) : this.window.part("open-next").dblclick());
  }

  async closeDrop(): Promise<void> {
    await this.window.part("close-drop").click();
    await this.window.part("close-sure").click();
  }

  async end(): Promise<void> {
    await this.window.part("end-show").click();
    await this.window.part("end-show-sure").click({ delay: HOLD_MS });
  }

  #space(): Promise<void> {
    return this.window.page.keyboard.press("Space");
  }

  /** A button that rests after a press does nothing. */
  async #ready(name: string): Promise<void> {
    await this.window.page.locator(`[data-test="${name}"]:enabled:not([aria-disabled="true"])`).waitFor();
  }
}
