#!/bin/bash
# Asks the server in this container whether it takes work: 0 when it does. The image has no other HTTP client.
set -euo pipefail
exec 3<>"/dev/tcp/127.0.0.1/${DROPCAST_LISTEN##*:}"
printf 'GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n' >&3
IFS=' ' read -r _ status _ <&3
[ "$status" = 200 ]
