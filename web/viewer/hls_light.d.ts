/** The light build leaves out subtitles, alternate audio and DRM; its types are those of the whole. */
declare module "hls.js/light" {
  export { default } from "hls.js";
}
