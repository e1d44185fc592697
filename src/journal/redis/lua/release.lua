#!lua flags=allow-oom
-- Gives a claim back and says so to whoever follows the show; a stale one is left alone.
--
-- KEYS: head, notices
-- ARGV: 1 epoch, 2 token, 3 about how many notices are kept
local head = redis.call('HMGET', KEYS[1], 'epoch', 'token', 'wake_at_ms')
if head[1] ~= ARGV[1] or head[2] ~= ARGV[2] then
  return {'stale'}
end
redis.call('HSET', KEYS[1], 'token', '', 'owner', '', 'lease_until_ms', '0')
redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[3], '*', 'r', '')
return {'released', head[3]}
