#!lua flags=allow-oom
-- Declares entries gone, at once, and removes some of their blocks; called again until nothing is left to remove. It may
-- run when memory is full: it makes room.
--
-- KEYS: head, journal
-- ARGV: 1 epoch, 2 token, 3 number of the last entry that goes, 4 the number after it, 5 over how many entries one call
--   removes blocks
local function less(a, b)
  return #a < #b or (#a == #b and a < b)
end

local head = redis.call('HMGET', KEYS[1], 'epoch', 'token', 'snapshot_seq', 'first_seq')
if head[1] ~= ARGV[1] or head[2] ~= ARGV[2] then
  return {'fenced'}
end
if less(head[3] or '0', ARGV[3]) then
  return {'past', head[3] or '0'}
end
local first = head[4]
if less(first, ARGV[4]) then
  first = ARGV[4]
  redis.call('HSET', KEYS[1], 'first_seq', first)
end
local oldest = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)
if not oldest[1] then
  return {'done'}
end
-- Entries are counted one by one, so their numbers stay far below 2^53.
local step = string.format('%.0f', string.match(oldest[1][1], '^%d+') + ARGV[5])
local reached = not less(step, first)
redis.call('XTRIM', KEYS[2], 'MINID', (reached and first or step) .. '-0')
return {reached and 'done' or 'more'}
