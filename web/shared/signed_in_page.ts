import type { Show, State } from "@dropcast/client";
import { html, nothing, type TemplateResult } from "lit";
import { state } from "lit/decorators.js";
import "./components/connection_bar";
import "./components/sign_in";
import { PageElement } from "./element";
import { inLanguage } from "./language";
import { LiveController } from "./live";
import { forgetRefused, forgetToken, keptToken, openSession, renewSession } from "./session";

/** A page of a host or a brand: signs in, connects, and renders the show once it is known. */
export abstract class SignedInPage extends PageElement {
  protected abstract readonly pageRole: "host" | "brand";
  /** Whether the page itself says how the connection stands, once the show is known. */
  protected readonly showsConnection: boolean = false;
  @state() protected live: LiveController | null = null;
  @state() private missing: "token" | "show" | "answer" | null = null;
  #token: string | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#open();
  }

  override render(): TemplateResult {
    const client = this.live?.client;
    if (this.missing === "token" || this.#isTurnedAway) {
      return this.#signIn();
    }
    if (this.missing !== null) {
      return this.#nothingToShow(this.missing);
    }
    const show = client?.state.show;
    document.title = show ? inLanguage(show.title) : "Dropcast";
    return html`
      ${client && !(show && this.showsConnection) ? html`<dc-connection-bar .status=${client.status}></dc-connection-bar>` : nothing}
      ${client && show ? this.renderShow(client.state, show) : this.renderLoading()}
    `;
  }

  protected abstract renderShow(known: State, show: Show): TemplateResult;

  /** What is shown until the show is known. */
  protected renderLoading(): TemplateResult {
    return html`<p class="blank soft">${this.t.loading}</p>`;
  }

  /** The newest token, for what is asked over HTTP. */
  protected get token(): string | null {
    return keptToken(this.pageRole) ?? this.#token;
  }

  /** Called once, when there is something to listen to. */
  protected connected(_live: LiveController): void {}

  /** Another token may be taken where this one was not. */
  get #isTurnedAway(): boolean {
    const status = this.live?.client.status;
    return status?.phase === "closed" && (status.reason === "token" || status.reason === "forbidden");
  }

  async #open(): Promise<void> {
    try {
      const { show, token } = await openSession(this.pageRole);
      this.missing = token === null ? "token" : show === null ? "show" : null;
      if (token !== null && show !== null) {
        this.#token = token;
        this.live = new LiveController(this, { show, token, renewToken: () => renewSession(this.pageRole) });
        this.live.client.on("status", (status) => forgetRefused(this.pageRole, status));
        this.connected(this.live);
      }
    } catch {
      this.missing = "answer";
    }
  }

  #signIn(): TemplateResult {
    const heading = this.pageRole === "host" ? this.t.signInHost : this.t.signInBrand;
    return html`<dc-sign-in .pageRole=${this.pageRole} .heading=${heading} @signed-in=${this.#signedIn}></dc-sign-in>`;
  }

  /** The old client is closed with the token that it had. */
  #signedIn(): void {
    location.reload();
  }

  #nothingToShow(missing: "show" | "answer"): TemplateResult {
    const heading = missing === "show" ? this.t.noSuchShow : this.t.showsFailed;
    return html`<main class="blank">
      <h1>${heading}</h1>
      <p class="soft">${missing === "show" ? this.t.noSuchShowLead : nothing}</p>
      <p><a href="/">${this.t.allShows}</a></p>
      <p><button class="outline" @click=${this.#signOut}>${this.t.signIn}</button></p>
    </main>`;
  }

  #signOut(): void {
    forgetToken(this.pageRole);
    this.missing = "token";
  }
}
