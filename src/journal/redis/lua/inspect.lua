#!lua flags=no-writes
-- What a snapshot or a trim is checked against, at one instant.
--
-- KEYS: head, journal
-- ARGV: 1 epoch, 2 token, 3 number of an entry
-- Returns whether the claim holds, the tail, the snapshot's position, and the block that holds the entry.
local head = redis.call('HMGET', KEYS[1], 'epoch', 'token', 'seq', 'digest', 'snapshot_seq', 'snapshot_digest')
if head[1] ~= ARGV[1] or head[2] ~= ARGV[2] then
  return {'fenced'}
end
local stored = redis.call('XRANGE', KEYS[2], ARGV[3] .. '-0', '+', 'COUNT', 1)
return {'held', head[3], head[4], head[5], head[6], stored}
