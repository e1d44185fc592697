#!lua
-- Appends a block to a show's journal, or says why not. Everything is checked before the first write, because a script
-- is not rolled back; the first write is the one that Redis refuses when its memory is full.
--
-- KEYS: head, journal, inbox
-- ARGV: 1 epoch, 2 token, 3 expected number, 4 expected digest, 5 time of the first entry, 6 number of the last entry,
--   7 its digest, 8 its time, 9 block, 10 number of the first entry, 11 wake time or '', 12 card or '', 13 whether there
--   is a card, 14 and 15 consumed mark or '', 16 lease in ms, 17 the node's clock, 18 how far it may be off
-- Numbers that may be above 2^53 stay texts: as Lua's numbers they would lose digits.
local function less(a, b)
  return #a < #b or (#a == #b and a < b)
end

local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local ahead_ms = ARGV[17] - now_ms
local head = redis.call('HMGET', KEYS[1], 'epoch', 'token', 'seq', 'digest', 'at_ms', 'inbox_ms', 'inbox_number')
if head[1] ~= ARGV[1] or head[2] ~= ARGV[2] then
  return {'fenced'}
end
if head[3] ~= ARGV[3] or head[4] ~= ARGV[4] then
  return {'moved', head[3], head[4]}
end
if less(ARGV[5], head[5]) then
  return {'back', head[5]}
end
if math.abs(ahead_ms) > tonumber(ARGV[18]) then
  return {'apart', string.format('%.0f', ahead_ms), string.format('%.0f', now_ms)}
end

redis.call('XADD', KEYS[2], ARGV[6] .. '-0', 'f', ARGV[10], 'b', ARGV[9])
redis.call('HSET', KEYS[1], 'seq', ARGV[6], 'digest', ARGV[7], 'at_ms', ARGV[8], 'wake_at_ms', ARGV[11],
  'lease_until_ms', string.format('%.0f', now_ms + ARGV[16]))
if ARGV[13] == '1' then
  redis.call('HSET', KEYS[1], 'card', ARGV[12])
end
if ARGV[14] ~= '' and (less(head[6], ARGV[14]) or (head[6] == ARGV[14] and less(head[7], ARGV[15]))) then
  redis.call('HSET', KEYS[1], 'inbox_ms', ARGV[14], 'inbox_number', ARGV[15])
  -- MINID keeps what it names: the parcel after the last consumed one may have this number.
  redis.call('XTRIM', KEYS[3], 'MINID', ARGV[14] .. '-' .. ARGV[15])
  redis.call('XDEL', KEYS[3], ARGV[14] .. '-' .. ARGV[15])
end
return {'ok'}
