import type { Show } from "@dropcast/client";
import { css, html, nothing, type PropertyValues, type TemplateResult } from "lit";
import { customElement, property, query, state } from "lit/decorators.js";
import { around } from "../shared/around";
import { ComebackController } from "../shared/comeback";
import "../shared/components/picture";
import { PageElement } from "../shared/element";
import { FocusKeeper } from "../shared/focus_keeper";
import { count, moment, pictureAddress } from "../shared/format";
import { icons } from "../shared/icons";
import { inLanguage } from "../shared/language";
import { base, buttons, cards } from "../shared/styles";
import type { PictureClock } from "./picture_time";
import { type Playing, playVideo } from "./video";
import { VideoRetries } from "./video_retries";

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
  /** Until the picture has come: `retrying` whatever was asked for again, `hopeless` where the browser can't. */
  @state() private trouble: "none" | "retrying" | "hopeless" = "none";
  @state() private isMuted = true;
  @state() private isPaused = false;
  @query("video") private readonly video!: HTMLVideoElement | null;

  #playing: Playing | null = null;
  /** Counts the attempts to play: one that was overtaken while it loaded ends itself. */
  #attempt = 0;
  #retries = new VideoRetries();
  #retry: ReturnType<typeof setTimeout> | undefined;
  /** Whoever has paused the picture doesn't see it move because it was tried again. */
  #isPausedByViewer = false;

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
      .again {
        margin-block-start: var(--space-2); background: rgb(10 10 8 / 62%); color: #ffffff;
        border-color: rgb(255 255 255 / 35%); font-size: var(--text-s);
      }
      .again:hover { background: rgb(10 10 8 / 85%); }
      .again:focus-visible { box-shadow: 0 0 0 2px #14130f, 0 0 0 4px #ffffff; }
      .round {
        width: 2.75rem; padding: 0; border-radius: 50%; background: rgb(10 10 8 / 62%); color: #ffffff;
        border-color: rgb(255 255 255 / 35%);
      }
      .round:hover { background: rgb(10 10 8 / 85%); }
      .round:focus-visible { border-radius: 50%; box-shadow: 0 0 0 2px #14130f, 0 0 0 4px #ffffff; }
      dc-language-switch { --focus: 0 0 0 2px #ffffff; }
    `,
  ];

  constructor() {
    super();
    new ComebackController(this, this.#again);
    new FocusKeeper(this, () => this.renderRoot.querySelector<HTMLElement>(".controls button, .again"));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  override updated(changed: PropertyValues<this>): void {
    const before = changed.get("show") as Staged | undefined;
    if (changed.has("show") && (before?.video !== this.show.video || before?.phase !== this.show.phase)) {
      this.trouble = "none";
      this.#retries = new VideoRetries();
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
        ${this.#hasVideo && this.trouble === "none" ? this.#controls() : nothing}
      </div>
    `;
  }

  get #hasVideo(): boolean {
    return this.show.video !== "" && this.trouble !== "hopeless" && this.show.phase === "live";
  }

  /** A video may be at the show's server. */
  get #address(): string {
    return new URL(this.show.video, around(this).server || location.href).href;
  }

  #video(): TemplateResult {
    const look = (event: Event) => {
      this.isPaused = (event.target as HTMLVideoElement).paused;
    };
    return html`<video ?autoplay=${!this.#isPausedByViewer} playsinline disablepictureinpicture aria-label=${this.t.video} .muted=${this.isMuted}
      poster=${pictureAddress(this.show.picture, around(this).server) ?? nothing}
      @play=${look} @pause=${look} @loadeddata=${this.#onPicture}></video>`;
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
    if (this.#hasVideo && this.trouble === "none") {
      return nothing;
    }
    const words = video === "" ? this.t.noVideo : this.t.videoFailed;
    return html`<p class="small note-line" data-test="no-video">${words}</p>
      ${this.trouble === "retrying" ? this.#tryAgain() : nothing}`;
  }

  #tryAgain(): TemplateResult {
    return html`<button class="again" data-test="video-again" @click=${this.#again}>${this.t.tryAgain}</button>`;
  }

  readonly #again = () => {
    if (this.trouble === "retrying") {
      void this.#play();
    }
  };

  readonly #onPicture = () => {
    this.trouble = "none";
    this.#retries.plays(performance.now());
  };

  /** Who comes back from a pause wants to see what is sold now. */
  readonly #onPause = () => {
    this.#isPausedByViewer = this.video?.paused === false;
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
    const attempt = this.#attempt;
    await this.updateComplete;
    const { video } = this;
    if (!video || attempt !== this.#attempt) {
      return;
    }
    const failed = () => {
      if (attempt === this.#attempt) {
        this.#failed();
      }
    };
    try {
      const playing = await playVideo(video, this.#address, failed);
      if (attempt !== this.#attempt) {
        playing?.stop();
      } else if (playing) {
        this.#plays(playing, video);
      } else {
        this.trouble = "hopeless";
      }
    } catch {
      // A player that can't be loaded, or doesn't start, is a video that can't be played now.
      failed();
    }
  }

  #plays(playing: Playing, video: HTMLVideoElement): void {
    this.#playing = playing;
    if (this.picture) {
      this.picture.source = playing.programTime;
    }
    this.isPaused = video.paused;
  }

  /** The show goes on, so the video is tried again: after a while, or at once for a reason to believe that it works. */
  #failed(): void {
    this.#stop();
    this.trouble = "retrying";
    this.#retry = setTimeout(this.#again, this.#retries.failed(performance.now(), Math.random()));
  }

  /** Also what was about to play. */
  #stop(): void {
    this.#attempt += 1;
    clearTimeout(this.#retry);
    this.#playing?.stop();
    this.#playing = null;
    if (this.picture) {
      this.picture.source = () => null;
    }
  }
}
