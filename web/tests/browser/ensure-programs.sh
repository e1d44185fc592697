#!/bin/sh
# The browser test needs Debian's Chromium; here it is installed if it is missing and we may.
set -eu

if [ -n "${CHROMIUM:-}" ] || command -v chromium >/dev/null; then
  exit 0
fi
if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
  exit 0
fi
echo "The browser test needs Chromium: install the package 'chromium', or name a binary in CHROMIUM." >&2
exit 1
