#!lua flags=allow-oom
-- Extends a claim's lease, or says why not. It may run when memory is full: it stores nothing new.
--
-- KEYS: head, inbox
-- ARGV: 1 epoch, 2 token, 3 expected number, 4 expected digest, 5 and 6 consumed mark or '', 7 lease in ms, 8 the node's
--   clock, 9 how far it may be off
local function less(a, b)
  return #a < #b or (#a == #b and a < b)
end

local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local ahead_ms = ARGV[8] - now_ms
local head = redis.call('HMGET', KEYS[1], 'epoch', 'token', 'seq', 'digest', 'inbox_ms', 'inbox_number')
if head[1] ~= ARGV[1] or head[2] ~= ARGV[2] then
  return {'fenced'}
end
if head[3] ~= ARGV[3] or head[4] ~= ARGV[4] then
  return {'moved', head[3], head[4]}
end
if math.abs(ahead_ms) > tonumber(ARGV[9]) then
  return {'apart', string.format('%.0f', ahead_ms), string.format('%.0f', now_ms)}
end

redis.call('HSET', KEYS[1], 'lease_until_ms', string.format('%.0f', now_ms + ARGV[7]))
if ARGV[5] ~= '' and (less(head[5], ARGV[5]) or (head[5] == ARGV[5] and less(head[6], ARGV[6]))) then
  redis.call('HSET', KEYS[1], 'inbox_ms', ARGV[5], 'inbox_number', ARGV[6])
  redis.call('XTRIM', KEYS[2], 'MINID', ARGV[5] .. '-' .. ARGV[6])
  redis.call('XDEL', KEYS[2], ARGV[5] .. '-' .. ARGV[6])
end
return {'ok'}
