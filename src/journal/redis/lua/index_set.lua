#!lua
-- Sets when the index wakes a show, if the claim that asks is the newest and has changed nothing since.
--
-- KEYS: wakes, owners
-- ARGV: 1 show, 2 token, 3 which of the claim's changes this is (20 digits), 4 wake time or ''
local owner = redis.call('HGET', KEYS[2], ARGV[1])
if not owner or string.sub(owner, 1, #ARGV[2]) ~= ARGV[2] or not (string.sub(owner, -20) < ARGV[3]) then
  return {'stale'}
end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
if ARGV[4] == '' then
  redis.call('ZREM', KEYS[1], ARGV[1])
else
  redis.call('ZADD', KEYS[1], ARGV[4], ARGV[1])
end
return {'ok'}
