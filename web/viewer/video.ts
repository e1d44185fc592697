import type { ProgramTime } from "./picture_time";

/** What a browser calls an HLS playlist if it plays one by itself. */
const HLS_TYPE = "application/vnd.apple.mpegurl";
/** Behind the live edge by more than this, a press on play goes back to it. */
const BEHIND_S_MAX = 12;

/** In segments: how far behind the live edge it plays, and from where on a tab that slept goes back to that. */
const LIVE = { liveSyncDurationCount: 3, liveMaxLatencyDurationCount: 10 };

/** A video that plays. */
export interface Playing {
  /** What time it is in its picture; `null` while it is paused, or where the stream doesn't say. */
  readonly programTime: ProgramTime;
  /** Goes where the show is now, if the picture has fallen behind. */
  catchUp(): void;
  stop(): void;
}

/** As Safari has it (HTML, the media element's timeline offset). */
type DatedVideo = HTMLVideoElement & { getStartDate?(): Date };

/**
 * Plays an HLS playlist; `failed` is told when it can't go on. Safari does so by itself and says the program time; every
 * other browser needs the player, a chunk of its own that is loaded only then. `null`: this browser can't at all.
 */
export async function playVideo(video: DatedVideo, address: string, failed: () => void): Promise<Playing | null> {
  const isNative = video.canPlayType(HLS_TYPE) !== "";
  if (isNative && video.getStartDate) {
    return playNatively(video, address, failed);
  }
  const { default: Hls } = await import("hls.js/light");
  if (!Hls.isSupported()) {
    if (isNative) {
      return playNatively(video, address, failed);
    }
    return null;
  }
  const player = new Hls({ ...LIVE, liveDurationInfinity: true, backBufferLength: 30 });
  let hasRecovered = false;
  player.on(Hls.Events.ERROR, (_, error) => {
    if (!error.fatal) {
      return;
    }
    // What the browser could not decode it often can from a fresh start; twice in a row it can't.
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR && !hasRecovered) {
      hasRecovered = true;
      player.recoverMediaError();
    } else {
      failed();
    }
  });
  player.loadSource(address);
  player.attachMedia(video);
  return {
    programTime: () => (isMoving(video) ? (player.playingDate?.getTime() ?? null) : null),
    catchUp: () => {
      const edge = player.liveSyncPosition;
      if (edge !== null && edge - video.currentTime > BEHIND_S_MAX) {
        video.currentTime = edge;
      }
    },
    stop: () => player.destroy(),
  };
}

function playNatively(video: DatedVideo, address: string, failed: () => void): Playing {
  video.addEventListener("error", failed, { once: true });
  video.src = address;
  return {
    programTime: () => {
      const startsAt = video.getStartDate?.().getTime() ?? Number.NaN;
      return isMoving(video) && !Number.isNaN(startsAt) ? startsAt + video.currentTime * 1_000 : null;
    },
    catchUp: () => {
      const { seekable } = video;
      const edge = seekable.length > 0 ? seekable.end(seekable.length - 1) : 0;
      if (edge - video.currentTime > BEHIND_S_MAX) {
        video.currentTime = edge;
      }
    },
    stop: () => {
      video.removeEventListener("error", failed);
      video.removeAttribute("src");
      video.load();
    },
  };
}

function isMoving(video: HTMLVideoElement): boolean {
  return !video.paused && !video.ended;
}
