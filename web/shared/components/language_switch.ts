import { css, html, type TemplateResult } from "lit";
import { customElement } from "lit/decorators.js";
import { PageElement } from "../element";
import { icons } from "../icons";
import { allLanguages, language } from "../language";
import { choose } from "../page_language";
import { base } from "../styles";

/** Chooses the language of the page. */
@customElement("dc-language-switch")
export class LanguageSwitch extends PageElement {
  static override readonly styles = [
    base,
    css`
      label { display: inline-flex; align-items: center; gap: var(--space-1); position: relative; }
      select {
        appearance: none; border: 0; background: transparent; color: inherit; font: inherit; cursor: pointer;
        font-size: var(--text-s); font-weight: 600; min-height: 2.75rem; padding-inline: 2rem var(--space-2);
        border-radius: var(--radius-s);
      }
      svg { position: absolute; inset-inline-start: var(--space-2); pointer-events: none; }
      option { color: #1a1914; background: #ffffff; }
    `,
  ];

  override render(): TemplateResult {
    return html`<label>
      ${icons.globe}<span class="unseen">${this.t.language}</span>
      <select @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
        ${[...allLanguages().keys()].map(
          (tag) => html`<option value=${tag} .selected=${tag === language()} lang=${tag}>${tag.toUpperCase()}</option>`,
        )}
      </select>
    </label>`;
  }
}
