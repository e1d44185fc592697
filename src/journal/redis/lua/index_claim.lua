#!lua
-- A claim enters the show into the indexes: it is listed, its wake time there is not later than this one, and only this
-- claim may set it later from now on. Returns the wake time that the index then has.
--
-- KEYS: shows, wakes, owners
-- ARGV: 1 show, 2 token, 3 wake time or ''
redis.call('ZADD', KEYS[1], 0, ARGV[1])
redis.call('HSET', KEYS[3], ARGV[1], ARGV[2] .. ' 00000000000000000000')
if ARGV[3] ~= '' then
  redis.call('ZADD', KEYS[2], 'LT', ARGV[3], ARGV[1])
end
return {'ok', redis.call('ZSCORE', KEYS[2], ARGV[1]) or ''}
