import type { Drop, ServerClock, State } from "@dropcast/client";
import { css, html, nothing, type TemplateResult } from "lit";
import { customElement, property } from "lit/decorators.js";
import { around } from "../shared/around";
import { countdown } from "../shared/components/countdown";
import { type DrawStage, drawAddress, drawRelation } from "../shared/draw_stage";
import { PageElement } from "../shared/element";
import { base } from "../shared/styles";

/** When a drop draws, what that means, and where anyone can check it. */
@customElement("viewer-draw-note")
export class ViewerDrawNote extends PageElement {
  @property({ attribute: false }) drop!: Drop;
  @property({ attribute: false }) known!: State;
  @property({ attribute: false }) clock!: ServerClock;
  @property({ attribute: false }) stage!: DrawStage;
  /** Whether the viewer may enter and has not yet. */
  @property({ attribute: false }) mayEnter = false;

  static override readonly styles = [
    base,
    css`
      p { --urgent: currentColor; }
    `,
  ];

  override render(): TemplateResult {
    const { principal, show } = this.known;
    const { server } = around(this);
    const address = drawAddress(server, show?.show ?? "", this.drop.drop);
    return html`<p class="small soft">
      ${this.mayEnter && this.stage === "entries" ? this.#entries() : nothing}
      <a data-test="how-drawn" href=${address} target="_blank" rel=${drawRelation(server)}
        >${this.stage === "drawn" ? this.t.howWasDrawn : this.t.howIsDrawn}</a>
      ${principal === null ? nothing : html`${this.t.youAre} <code>${principal}</code>.`}
    </p>`;
  }

  #entries(): TemplateResult | typeof nothing {
    const { entries_close_at } = this.drop;
    return entries_close_at === null
      ? nothing
      : html`<span class="row">${this.t.drawnIn} ${countdown(this.clock, entries_close_at, this.t.drawnIn)}</span>
          ${this.t.drawNote}`;
  }
}
