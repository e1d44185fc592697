/** What a browser calls an HLS playlist if it plays one by itself, as Safari does. */
const HLS_TYPE = "application/vnd.apple.mpegurl";

/**
 * Plays an HLS playlist; returns what ends it. The player is a chunk of its own, loaded only where a show has a video
 * and the browser can't play it alone.
 */
export async function playVideo(video: HTMLVideoElement, address: string, failed: () => void): Promise<() => void> {
  if (video.canPlayType(HLS_TYPE) !== "") {
    video.addEventListener("error", failed, { once: true });
    video.src = address;
    return () => video.removeAttribute("src");
  }
  const { default: Hls } = await import("hls.js/light");
  if (!Hls.isSupported()) {
    failed();
    return () => {};
  }
  const player = new Hls({ liveDurationInfinity: true });
  player.on(Hls.Events.ERROR, (_, error) => {
    if (error.fatal) {
      failed();
    }
  });
  player.loadSource(address);
  player.attachMedia(video);
  return () => player.destroy();
}
