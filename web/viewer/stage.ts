import type { Show } from "@dropcast/client";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { around } from "../shared/around";
import "../shared/components/picture";
import { PageElement } from "../shared/element";
import { count, moment, pictureAddress } from "../shared/format";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";
import type { PictureClock } from "./picture_time";
import { type Playing, playVideo } from "./video";

/** What of a show is on stage; also known of one that is only listed. */
export type Staged = Pick<Show, "title" | "host_name" | "picture" | "video" | "phase" | "starts_at">;

/** The show itself: its video or picture, who hosts it and how many watch; in its corner what it is given there. */
@customElement("viewer-stage")
export class ViewerStage extends PageElement {
  @property({ attribute: false }) show!: Staged;
  /** `null` while it is not known. */
  @property({ attribute: false }) viewers: number | null = null;
  /** Is told what time it is in the picture. */
  @property({ attribute: false }) picture: PictureClock | null = null;
  @state() private videoFailed = false;
  @state() private isMuted = true;
  @state() private isPaused = false;
  @query("video") private readonly video!: HTMLVideoElement | null;

  #playing: Playing | null = null;
  /** Counts the attempts to play: one that was overtaken while it loaded ends itself. */
  #attempt = 0;

  static override readonly styles = [
    base,
    buttons,
    cards,
    css`
      :host { position: relative; background: #14130f; color: #ffffff; overflow: hidden; }
      video, dc-picture { width: 100%; height: 100%; border-radius: 0; aspect-ratio: auto; object-fit: cover; }
      video { display: block; }
      dc-picture { background: #2b2922; }
      .shade {
        position: absolute; inset: 0; pointer-events: none; background:
          linear-gradient(rgb(10 10 8 / 62%), transparent 34%, transparent 42%, rgb(10 10 8 / 88%));
      }
      .top, .bottom { position: absolute; inset-inline: var(--space-4); }
      .top { top: calc(var(--space-2) + env(safe-area-inset-top)); }
      .bottom { bottom: var(--space-3); align-items: end; }
      .about { min-width: 0; }
      .dark { background: rgb(10 10 8 / 62%); color: #ffffff; }
      h1 { font-size: clamp(1.25rem, 2.4vw, var(--text-xxl)); }
      .note-line { opacity: 0.92; }
      .controls { flex: none; }
      .round {
        width: 2.75rem; padding: 0; border-radius: 50%; background: rgb(10 10 8 / 62%); color: #ffffff;
        border-color: rgb(255 255 255 / 35%);
      }
      .round:hover { background: rgb(10 10 8 / 85%); }
      .round:focus-visible { border-radius: 50%; box-shadow: 0 0 0 2px #14130f, 0 0 0 4px #ffffff; }
      dc-language-switch { --focus: 0 0 0 2px #ffffff; }
    `,
  ];

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  override updated(changed: PropertyValues<this>): void {
    const before = changed.get("show") as Staged | undefined;
    if (changed.has("show") && (before?.video !== this.show.video || before?.phase !== this.show.phase)) {
      void this.#play();
    }
  }

  override render(): TemplateResult {
    const { show, viewers } = this;
    // Whoever looks is one of them, also before the next count.
    const watching = viewers === null ? nothing : html`${icons.eye} ${this.t.viewers(count(Math.max(1, viewers)))}`;
    return html`
      ${this.#hasVideo ? this.#video() : html`<dc-picture .address=${show.picture}></dc-picture>`}
      <div class="shade"></div>
      <div class="top row spread">
        <div class="row">
          ${this.#phase()}
          <span class="badge dark figures" ?hidden=${viewers === null}>${watching}</span>
        </div>
        <slot></slot>
      </div>
      <div class="bottom row spread">
        <div class="about">
          <h1>${inLanguage(show.title)}</h1>
          <p>${show.host_name}</p>
          ${this.#note()}
        </div>
        ${this.#hasVideo ? this.#controls() : nothing}
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

  #video(): TemplateResult {
    const look = (event: Event) => {
      this.isPaused = (event.target as HTMLVideoElement).paused;
    };
    return html`<video autoplay playsinline disablepictureinpicture aria-label=${this.t.video} .muted=${this.isMuted}
      poster=${pictureAddress(this.show.picture, around(this).server) ?? nothing} @play=${look} @pause=${look}></video>`;
  }

  #controls(): TemplateResult {
    return html`<div class="row controls">
      <button class="round" data-test="pause-video" aria-label=${this.isPaused ? this.t.playVideo : this.t.pauseVideo}
        @click=${this.#onPause}>
        ${this.isPaused ? icons.play : icons.pause}
      </button>
      <button class="round" aria-label=${this.isMuted ? this.t.soundOn : this.t.soundOff} @click=${() => {
        this.isMuted = !this.isMuted;
      }}>
        ${this.isMuted ? icons.silent : icons.sound}
      </button>
    </div>`;
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
    return html`<p class="small note-line" data-test="no-video">${video === "" ? this.t.noVideo : this.t.videoFailed}</p>`;
  }

  /** Who comes back from a pause wants to see what is sold now. */
  readonly #onPause = () => {
    if (this.video?.paused) {
      this.#playing?.catchUp();
      // What the browser forbids stays paused, as the button says.
      this.video.play().catch(() => {});
    } else {
      this.video?.pause();
    }
  };

  async #play(): Promise<void> {
    this.#stop();
    this.videoFailed = false;
    this.#attempt += 1;
    const attempt = this.#attempt;
    await this.updateComplete;
    const { video } = this;
    if (!video) {
      return;
    }
    const failed = () => {
      this.videoFailed = true;
      this.#stop();
    };
    // A player that can't be loaded, or doesn't start, is a video that can't be played.
    const playing = await playVideo(video, this.#address, failed).catch(() => {
      failed();
      return null;
    });
    if (attempt !== this.#attempt || video !== this.video || !this.isConnected) {
      playing?.stop();
      return;
    }
    this.#playing = playing;
    if (this.picture && playing) {
      this.picture.source = playing.programTime;
    }
    this.isPaused = video.paused;
  }

  #stop(): void {
    this.#playing?.stop();
    this.#playing = null;
    if (this.picture) {
      this.picture.source = () => null;
    }
  }
}
