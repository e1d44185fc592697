#!/bin/sh
# The browser test needs Debian's Chromium, and ffmpeg for a video; here they are installed if they are missing and we
# may.
set -eu

missing=""
if [ -z "${CHROMIUM:-}" ] && ! command -v chromium >/dev/null; then
  missing="chromium"
fi
if ! command -v ffmpeg >/dev/null; then
  missing="$missing ffmpeg"
fi
if [ -z "$missing" ]; then
  exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  # shellcheck disable=SC2086 # One word is one package.
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
  exit 0
fi
echo "The browser test needs these packages: $missing. A binary of Chromium can be named in CHROMIUM." >&2
exit 1
