import { css, html, type TemplateResult } from "lit";
import { customElement, state } from "lit/decorators.js";
import "../shared/components/language_switch";
import { PageElement } from "../shared/element";
import { forgetToken, openSession, renewSession, type Session } from "../shared/session";
import { base, buttons } from "../shared/styles";
import "./show";

/** The viewer's page: finds out which show and who watches; all else is the show's. */
@customElement("viewer-page")
export class ViewerPage extends PageElement {
  @state() private session: Session | null = null;
  @state() private hasFailed = false;

  static override readonly styles = [
    base,
    buttons,
    css`
      viewer-show { display: flex; flex-direction: column; min-height: 100dvh; --stage-max: none; }
      .blank {
        min-height: 80dvh; display: grid; place-content: center; text-align: center; gap: var(--space-3);
        padding: var(--space-4);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#open();
  }

  override render(): TemplateResult {
    if (this.hasFailed || this.session?.show === null) {
      return this.#blank();
    }
    const { show, token } = this.session ?? { show: "", token: null };
    return html`<viewer-show
      role="main" .show=${show} .token=${token} .renewToken=${async () => (token === null ? null : renewSession("viewer"))}
      @signin-needed=${() => forgetToken("viewer")}
      @heading-changed=${(event: CustomEvent<string>) => {
        document.title = event.detail || "Dropcast";
      }}
    >
      <dc-language-switch slot="corner"></dc-language-switch>
      <a slot="blank" href="/">${this.t.allShows}</a>
    </viewer-show>`;
  }

  async #open(): Promise<void> {
    try {
      this.session = await openSession("viewer");
    } catch {
      this.hasFailed = true;
    }
  }

  #blank(): TemplateResult {
    return html`<main class="blank">
      <h1>${this.hasFailed ? this.t.showsFailed : this.t.noLiveShow}</h1>
      ${
        this.hasFailed
          ? html`<button class="strong" @click=${() => location.reload()}>${this.t.tryAgain}</button>`
          : html`<p class="soft">${this.t.noLiveShowLead}</p>`
      }
      <a href="/">${this.t.allShows}</a>
    </main>`;
  }
}
