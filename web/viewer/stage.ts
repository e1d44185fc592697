import type { Show } from "@dropcast/client";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { around } from "../shared/around";
import "../shared/components/picture";
import { PageElement } from "../shared/element";
import { count, moment } from "../shared/format";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { base, cards } from "../shared/styles";
import { playVideo } from "./video";

/** The show itself: its video or picture, who hosts it and how many watch; in its corner what it is given there. */
@customElement("viewer-stage")
export class ViewerStage extends PageElement {
  @property({ attribute: false }) show!: Show;
  @property({ attribute: false }) viewers = 0;
  @state() private videoFailed = false;
  @query("video") private readonly video!: HTMLVideoElement | null;

  #stopVideo: (() => void) | null = null;

  static override readonly styles = [
    base,
    cards,
    css`
      :host { position: relative; background: #14130f; color: #ffffff; overflow: hidden; }
      video, dc-picture { width: 100%; height: 100%; border-radius: 0; aspect-ratio: auto; object-fit: cover; }
      dc-picture { background: #2b2922; }
      .shade {
        position: absolute; inset: 0; pointer-events: none; background:
          linear-gradient(rgb(10 10 8 / 62%), transparent 34%, transparent 42%, rgb(10 10 8 / 88%));
      }
      .top, .bottom { position: absolute; inset-inline: var(--space-4); }
      .top { top: calc(var(--space-2) + env(safe-area-inset-top)); }
      .bottom { bottom: var(--space-3); }
      .dark { background: rgb(10 10 8 / 62%); color: #ffffff; }
      h1 { font-size: clamp(1.25rem, 2.4vw, var(--text-xxl)); }
      .note-line { opacity: 0.92; }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stopVideo?.();
    this.#stopVideo = null;
  }

  override updated(changed: PropertyValues<this>): void {
    const before = changed.get("show") as Show | undefined;
    if (changed.has("show") && before?.video !== this.show.video) {
      void this.#play();
    }
  }

  override render(): TemplateResult {
    const { show } = this;
    return html`
      ${this.#hasVideo ? html`<video muted autoplay playsinline controls></video>` : nothing}
      ${this.#hasVideo ? nothing : html`<dc-picture .address=${show.picture}></dc-picture>`}
      <div class="shade"></div>
      <div class="top row spread">
        <div class="row">
          ${this.#phase()}
          <span class="badge dark figures">${icons.eye} ${this.t.viewers(count(this.viewers))}</span>
        </div>
        <slot></slot>
      </div>
      <div class="bottom">
        <h1>${inLanguage(show.title)}</h1>
        <p>${show.host_name}</p>
        ${this.#note()}
      </div>
    `;
  }

  get #hasVideo(): boolean {
    return this.show.video !== "" && !this.videoFailed && this.show.phase === "live";
  }

  /** A video may be at the show's server. */
  get #address(): string {
    return new URL(this.show.video, around(this).server || location.href).href;
  }

  #phase(): TemplateResult {
    switch (this.show.phase) {
      case "live":
        return html`<span class="badge live">${this.t.live}</span>`;
      case "ended":
        return html`<span class="badge dark">${this.t.ended}</span>`;
      default:
        return html`<span class="badge dark">${this.t.draft}</span>`;
    }
  }

  #note(): TemplateResult | typeof nothing {
    const { phase, starts_at, video } = this.show;
    if (phase === "ended") {
      return html`<p class="small note-line">${this.t.showEnded}</p>`;
    }
    if (phase !== "live") {
      const when = starts_at === null ? this.t.showNotStarted : this.t.startsAt(moment(starts_at));
      return html`<p class="small note-line">${when}</p>`;
    }
    if (this.#hasVideo) {
      return nothing;
    }
    return html`<p class="small note-line">${video === "" ? this.t.noVideo : this.t.videoFailed}</p>`;
  }

  async #play(): Promise<void> {
    this.#stopVideo?.();
    this.#stopVideo = null;
    this.videoFailed = false;
    await this.updateComplete;
    if (this.video) {
      this.#stopVideo = await playVideo(this.video, this.#address, () => {
        this.videoFailed = true;
      });
    }
  }
}
