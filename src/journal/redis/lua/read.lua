#!lua flags=no-writes
-- Reads a show at one instant: where it ends, what is trimmed, blocks from an entry on, and notices.
--
-- KEYS: head, journal, notices
-- ARGV: 1 number of the first entry that is wanted, 2 how many entries at most, 3 how many bytes of bodies at most,
--   4 the mark after which notices are wanted, '$' for those from now on, '' for none, 5 how many notices at most,
--   6 how many bytes a block has beside its entries, 7 how many an entry has beside its body
-- Returns the tail's number and digest, the first number that is not trimmed, the blocks as {first number, block}, the
-- notices as Redis lists them, and the mark after which the next ones come.
local PAGE_BLOCKS = 4

local head = redis.call('HMGET', KEYS[1], 'seq', 'digest', 'first_seq')
local blocks = {}
local entries, bytes = 0, 0
local wanted = tonumber(ARGV[2])
-- A block is stored under the number of its last entry, so this begins with the one that holds the first entry.
local start = ARGV[1] .. '-0'
while head[1] and wanted > 0 do
  local page = redis.call('XRANGE', KEYS[2], start, '+', 'COUNT', PAGE_BLOCKS)
  for _, stored in ipairs(page) do
    local last = string.match(stored[1], '^%d+')
    local first, block
    for field = 1, #stored[2], 2 do
      if stored[2][field] == 'f' then first = stored[2][field + 1] end
      if stored[2][field] == 'b' then block = stored[2][field + 1] end
    end
    blocks[#blocks + 1] = {first or last, block or ''}
    entries = entries + last - math.max(first or last, ARGV[1]) + 1
    -- Of the first block nobody knows here how much is before the first entry.
    if #blocks > 1 then
      bytes = bytes + #(block or '') - ARGV[6] - ARGV[7] * (last - (first or last) + 1)
    end
    if entries >= wanted or bytes > tonumber(ARGV[3]) then break end
    start = '(' .. stored[1]
  end
  if #page < PAGE_BLOCKS or entries >= wanted or bytes > tonumber(ARGV[3]) then break end
end

local notices, after = {}, ARGV[4]
if after == '$' then
  local newest = redis.call('XREVRANGE', KEYS[3], '+', '-', 'COUNT', 1)
  after = newest[1] and newest[1][1] or '0-0'
elseif after ~= '' then
  notices = redis.call('XRANGE', KEYS[3], '(' .. after, '+', 'COUNT', ARGV[5])
end
return {head[1], head[2], head[3], blocks, notices, after}
