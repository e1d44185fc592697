#!lua
-- Makes the index wake a show no later than this. An earlier one of the claim's settings that is still under way counts
-- no more.
--
-- KEYS: wakes, owners
-- ARGV: 1 show, 2 token, 3 which of the claim's changes this is (20 digits), 4 wake time
local owner = redis.call('HGET', KEYS[2], ARGV[1])
redis.call('ZADD', KEYS[1], 'LT', ARGV[4], ARGV[1])
if owner and string.sub(owner, 1, #ARGV[2]) == ARGV[2] and string.sub(owner, -20) < ARGV[3] then
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[2] .. ' ' .. ARGV[3])
end
return {'ok'}
