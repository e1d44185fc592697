import { css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import "../shared/components/sheet";
import { PageElement } from "../shared/element";
import { base } from "../shared/styles";
import { KEYS } from "./keys";

/** The keys of the desk. */
@customElement("host-keys-sheet")
export class HostKeysSheet extends PageElement {
  static override readonly styles = [
    base,
    css`
      dl { display: grid; grid-template-columns: auto 1fr; gap: var(--space-3) var(--space-4); align-items: center; }
      kbd {
        font: inherit; font-weight: 650; border: 1px solid var(--ink-soft); border-radius: 0.375rem;
        padding: var(--space-1) var(--space-3); display: inline-block; min-width: 2.5rem; text-align: center;
      }
    `,
  ];

  override render(): TemplateResult {
    return html`<dc-sheet .heading=${this.t.desk.keys}>
      <dl data-test="keys">${KEYS.map(
        ([key, action]) => html`<dt><kbd>${key === " " ? this.t.desk.keyNames.space : key.toUpperCase()}</kbd></dt>
          <dd>${this.t.desk.keyActions[action]}</dd>`,
      )}</dl>
    </dc-sheet>`;
  }
}
