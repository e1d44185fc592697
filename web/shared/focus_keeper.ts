import type { LitElement, ReactiveController } from "lit";

/** Where the focus goes: `place` is that of the lost button among the buttons that there were. */
type Next = (place: number) => HTMLElement | null | undefined;

/** Of several that can go one by one: the button that has come to that place, the last one, or at least where they were. */
export function buttonAt(all: HTMLElement, place: number): HTMLElement {
  const buttons = all.querySelectorAll("button");
  return buttons[Math.min(place, buttons.length - 1)] ?? all;
}

/** Moves the focus on when a rendering removes or switches off what has it, which would leave it nowhere. */
export class FocusKeeper implements ReactiveController {
  readonly #host: LitElement;
  readonly #next: Next;
  #focused: Element | null = null;
  #place = 0;

  constructor(host: LitElement, next: Next) {
    this.#host = host;
    this.#next = next;
    host.addController(this);
  }

  hostUpdate(): void {
    const root = this.#host.renderRoot as ShadowRoot;
    this.#focused = root.activeElement;
    this.#place = [...root.querySelectorAll("button")].indexOf(this.#focused as HTMLButtonElement);
  }

  hostUpdated(): void {
    if (this.#focused && (!this.#focused.isConnected || this.#focused.matches(":disabled"))) {
      this.#next(this.#place)?.focus();
    }
  }
}
