import type { Drop, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { repeat } from "lit/directives/repeat.js";
import { dropBadge } from "../shared/badges";
import { PageElement } from "../shared/element";
import { hour } from "../shared/format";
import { inLanguage } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";

/** Every drop in its order; one that waits can be opened out of turn. */
@customElement("host-run-of-show")
export class HostRunOfShow extends PageElement {
  @property({ attribute: false }) known!: State;
  /** Drops whose opening waits for its answer. */
  @property({ attribute: false }) opening: ReadonlySet<string> = new Set();
  @property({ attribute: false }) next: string | undefined;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      li { display: flex; align-items: center; gap: var(--space-3); padding: var(--space-2) 0; min-height: 3.5rem; }
      li + li { border-top: 1px solid var(--line); }
      .place { width: 1.5rem; color: var(--ink-soft); text-align: end; }
      .name { flex: 1; min-width: 0; overflow-wrap: anywhere; font-weight: 600; }
      .over .name { color: var(--ink-soft); font-weight: 500; }
      li button { min-height: 2.5rem; }
    `,
  ];

  override render(): TemplateResult {
    return html`<ol>
      ${repeat(
        this.known.drops,
        (drop) => drop.drop,
        (drop) => this.#row(drop),
      )}
    </ol>`;
  }

  #row(drop: Drop): TemplateResult {
    const step = drop.drop === this.next ? "step" : nothing;
    return html`<li class=${drop.phase === "closed" ? "over" : ""} aria-current=${step}>
      <span class="place figures">${drop.place + 1}</span>
      <span class="name">${inLanguage(drop.title)}</span>
      ${drop.phase === "planned" ? this.#planned(drop) : dropBadge(drop, this.t)}
    </li>`;
  }

  #planned(drop: Drop): TemplateResult {
    const isOpening = this.opening.has(drop.drop);
    return html`
      ${drop.opens_at === null ? nothing : html`<span class="badge">${this.t.opensAt(hour(drop.opens_at))}</span>`}
      <button
        class="outline"
        aria-label="${this.t.openDrop}: ${inLanguage(drop.title)}"
        ?disabled=${isOpening || this.known.show?.phase !== "live"}
        @click=${() => this.tell("open-drop", drop.drop)}
      >
        ${isOpening ? this.t.opening : this.t.openDrop}
      </button>
    `;
  }
}
