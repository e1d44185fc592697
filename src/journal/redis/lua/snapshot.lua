#!lua
-- Makes a snapshot whose chunks are stored the one that is seen, and removes the one before it.
--
-- KEYS: head, the list of its chunks
-- ARGV: 1 epoch, 2 token, 3 its number, 4 its digest, 5 its time, 6 how many chunks, 7 bytes, 8 SHA-256 of the body
local function less(a, b)
  return #a < #b or (#a == #b and a < b)
end

local head = redis.call('HMGET', KEYS[1], 'epoch', 'token', 'seq', 'snapshot_seq', 'snapshot_key')
if head[1] ~= ARGV[1] or head[2] ~= ARGV[2] then
  return {'fenced'}
end
if head[4] and less(ARGV[3], head[4]) then
  return {'older'}
end
if less(head[3], ARGV[3]) then
  return {'gone'}
end
if redis.call('LLEN', KEYS[2]) ~= tonumber(ARGV[6]) then
  return {'incomplete'}
end

redis.call('HSET', KEYS[1], 'snapshot_seq', ARGV[3], 'snapshot_digest', ARGV[4], 'snapshot_at_ms', ARGV[5],
  'snapshot_key', KEYS[2], 'snapshot_bytes', ARGV[7], 'snapshot_sha256', ARGV[8])
redis.call('PERSIST', KEYS[2])
if head[5] then
  redis.call('UNLINK', head[5])
end
return {'ok'}
