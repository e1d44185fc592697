#!/bin/sh
# Starts Redis as the primary, or as the replica of the one that is. Both read from the same variable which one that
# is, so that neither takes up an old part again when it is restarted after a failover.
set -eu
config=${1:-/usr/local/etc/redis/redis.conf}
if [ "$REDIS_NAME" = "$REDIS_PRIMARY" ]; then
  exec redis-server "$config"
fi
exec redis-server "$config" --replicaof "$REDIS_PRIMARY" 6379
