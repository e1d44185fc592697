import { css, html, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { PageElement } from "../element";
import { keepToken, type PageRole } from "../session";
import { base, buttons, cards, fields } from "../styles";

/** Asks for a token. Tells `signed-in` once it is kept for this tab. */
@customElement("dc-sign-in")
export class SignIn extends PageElement {
  @property({ attribute: false }) pageRole: PageRole = "host";
  @property() heading = "";

  static override readonly styles = [
    base,
    buttons,
    cards,
    fields,
    css`
      :host { display: grid; place-items: center; min-height: 70dvh; padding: var(--space-4); }
      form { width: min(26rem, 100%); padding: var(--space-5); box-shadow: var(--shadow); }
    `,
  ];

  override render(): TemplateResult {
    return html`<form class="card stack" @submit=${this.#onSubmit}>
      <h1>${this.heading}</h1>
      <p class="soft">${this.t.signInLead}</p>
      <label>
        ${this.t.token}
        <input name="token" type="password" autocomplete="off" spellcheck="false" required />
      </label>
      <button class="primary large">${this.t.signIn}</button>
    </form>`;
  }

  #onSubmit(event: SubmitEvent): void {
    event.preventDefault();
    const token = new FormData(event.target as HTMLFormElement).get("token");
    if (typeof token === "string" && token.trim() !== "") {
      keepToken(this.pageRole, token.trim());
      this.tell("signed-in", null);
    }
  }
}
