import { css, html, type TemplateResult } from "lit";
import { customElement, property, state } from "lit/decorators.js";
import { around } from "../around";
import { ComebackController } from "../comeback";
import { Component } from "../element";
import { pictureAddress } from "../format";
import { icons } from "../icons";
import { base } from "../styles";

/**
 * A picture from the server's data; a quiet placeholder where its address is none or can't be loaded, until a connection
 * comes back.
 */
@customElement("dc-picture")
export class Picture extends Component {
  @property() address = "";
  @property() description = "";
  @state() private failed: string | null = null;

  static override readonly styles = [
    base,
    css`
      :host { overflow: hidden; background: var(--sunken); border-radius: var(--radius-m); aspect-ratio: 1; }
      img { width: 100%; height: 100%; object-fit: var(--fit, cover); display: block; }
      .none { width: 100%; height: 100%; display: grid; place-items: center; color: var(--ink-soft); }
    `,
  ];

  constructor() {
    super();
    new ComebackController(this, () => {
      this.failed = null;
    });
  }

  override render(): TemplateResult {
    const address = pictureAddress(this.address, around(this).server);
    return address === null || this.failed === address
      ? html`<div class="none">${icons.bag}</div>`
      : html`<img src=${address} alt=${this.description} decoding="async" @error=${() => {
          this.failed = address;
        }} />`;
  }
}
