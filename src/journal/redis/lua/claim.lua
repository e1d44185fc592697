#!lua
-- Makes a node the show's writer, unless another node's lease still runs.
--
-- KEYS: head
-- ARGV: 1 node, 2 token, 3 lease in ms, 4 the node's clock, 5 how far it may be off, 6 the digest of the empty journal
local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local ahead_ms = ARGV[4] - now_ms
if math.abs(ahead_ms) > tonumber(ARGV[5]) then
  return {'apart', string.format('%.0f', ahead_ms), string.format('%.0f', now_ms)}
end
local head = redis.call('HMGET', KEYS[1], 'epoch', 'owner', 'lease_until_ms', 'seq', 'digest', 'wake_at_ms', 'inbox_ms',
  'inbox_number')
if head[2] and head[2] ~= '' and head[2] ~= ARGV[1] and tonumber(head[3]) > now_ms then
  return {'held', string.format('%.0f', head[3] - now_ms)}
end

-- An epoch is a count of claims, far below 2^53.
local epoch = string.format('%.0f', (head[1] or 0) + 1)
redis.call('HSET', KEYS[1], 'epoch', epoch, 'token', ARGV[2], 'owner', ARGV[1],
  'lease_until_ms', string.format('%.0f', now_ms + ARGV[3]))
if not head[4] then
  redis.call('HSET', KEYS[1], 'seq', '0', 'digest', ARGV[6], 'at_ms', '0', 'first_seq', '1', 'wake_at_ms', '',
    'inbox_ms', '0', 'inbox_number', '0')
  return {'ok', epoch, '0', ARGV[6], '', '0', '0'}
end
return {'ok', epoch, head[4], head[5], head[6], head[7], head[8]}
