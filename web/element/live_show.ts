import type { Command, Outcome } from "@dropcast/client";
import { html, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { surround } from "../shared/around";
import { Component } from "../shared/element";
import { LanguageController, language, sayAgain, text } from "../shared/language";
import type { Text } from "../shared/texts/en";
import { type SomeText, withWords } from "../shared/texts/fill";
import "../viewer/show";
import { eventOf, type LiveShowEvents } from "./events";
import { FirstToken } from "./first_token";
import { isScheme, lookOf } from "./look";
import { PageLanguage } from "./page_language";

/** Asks a shop's backend for a token of its viewer; `null` when nobody is signed in. A rejection is no answer. */
export type TokenSource = () => Promise<string | null>;

/** A show in a shop's page. */
@customElement("live-show")
export class LiveShow extends Component {
  /** The server's address; without one, the server that this script is from. */
  @property() src = "";
  @property() show = "";
  /** The colours: `light`, `dark`, or `auto` as the browser is set. */
  @property() scheme = "light";
  /** The viewer's token; never an attribute, where other scripts' logs would find it. `null`: nobody is signed in. */
  @property({ attribute: false }) token: string | null | undefined = undefined;
  /** Asked for a token before one runs out, and for the first one where `token` was never set. */
  @property({ attribute: false }) renewToken: TokenSource | undefined = undefined;
  /** What the shop says in other words, in whatever language is spoken. */
  @property({ attribute: false }) texts: SomeText = {};
  /** Whether the first token is late: until it comes the show is watched without. */
  @state() private isLate = false;

  readonly #pageLanguage = new PageLanguage(this);
  readonly #firstToken = new FirstToken({
    ask: () => this.#renew(),
    isNeeded: () => this.#lacksToken && this.isConnected,
    failed: () => {
      this.isLate = true;
    },
  });
  #said: { of: Text; words: SomeText; text: Text } | null = null;

  constructor() {
    super();
    this.addController(new LanguageController(this));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#pageLanguage.start();
    // Who was removed while there was no token yet asks for one again.
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#pageLanguage.stop();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has("scheme")) {
      const look = lookOf(isScheme(this.scheme) ? this.scheme : "light");
      (this.renderRoot as ShadowRoot).adoptedStyleSheets = [look];
    }
    if (changed.has("src")) {
      surround(this, { server: this.#server, text: () => this.#text(), edge: this.renderRoot });
    }
    if (changed.has("texts")) {
      sayAgain();
    }
    if (this.#lacksToken) {
      void this.#firstToken.get();
    }
  }

  override render(): TemplateResult {
    return html`<div class="look" lang=${language()}>
      <viewer-show
        .server=${this.#server} .show=${this.#lacksToken && !this.isLate ? "" : this.show} .token=${this.token ?? null}
        .renewToken=${() => this.#renew()} .canSignIn=${true}
        @answered=${this.#onAnswered}
        @phase-changed=${({ detail }: CustomEvent<string>) => this.#tell("phase", { phase: detail })}
        @signin-needed=${({ detail }: CustomEvent) => this.#tell("signin-needed", detail)}
      ></viewer-show>
    </div>`;
  }

  get #server(): string {
    return new URL(this.src || import.meta.url, location.href).origin;
  }

  /** Whoever can get a token does so before the show is opened: nobody connects twice. */
  get #lacksToken(): boolean {
    return this.token === undefined && this.renewToken !== undefined;
  }

  /** What the shop's page gives. The first one is the viewer's, whether it was asked for here or by the show. */
  async #renew(): Promise<string | null> {
    const token = (await this.renewToken?.()) ?? null;
    if (this.#lacksToken) {
      this.token = token;
    }
    return token;
  }

  #text(): Text {
    const of = text();
    if (this.#said?.of !== of || this.#said.words !== this.texts) {
      this.#said = { of, words: this.texts, text: withWords(of, this.texts) };
    }
    return this.#said.text;
  }

  readonly #onAnswered = ({ detail }: CustomEvent<{ command: Command; outcome: Outcome }>) => {
    const event = eventOf(detail.command, detail.outcome);
    if (event) {
      this.#tell(event.name, event.detail);
    }
  };

  #tell<K extends keyof LiveShowEvents>(name: K, detail: LiveShowEvents[K]): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "live-show": LiveShow;
  }
}
