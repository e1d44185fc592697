-- One click on one unit: under the same key the same answer; within the stock and what one viewer may have; the hold is
-- stored with its deadline.
--
-- KEYS: stock (hash), units by viewer (hash), reservations by key (hash), holds (hash), deadlines (sorted set)
-- ARGV: 1 viewer, 2 key, 3 quantity, 4 how many one viewer may have, 5 deadline in ms
-- Returns the reservation's number, 0 when it is sold out, -1 when the viewer has as many as one may have.
local bound = ARGV[1] .. ' ' .. ARGV[2]
local known = redis.call('HGET', KEYS[3], bound)
if known then
  return tonumber(known)
end
local quantity = tonumber(ARGV[3])
local free = tonumber(redis.call('HGET', KEYS[1], 'free') or '0')
if free < quantity then
  return 0
end
local had = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or '0')
if had + quantity > tonumber(ARGV[4]) then
  return -1
end
local reservation = redis.call('HINCRBY', KEYS[1], 'reservations', 1)
redis.call('HINCRBY', KEYS[1], 'free', -quantity)
redis.call('HINCRBY', KEYS[2], ARGV[1], quantity)
redis.call('HSET', KEYS[3], bound, reservation)
redis.call('HSET', KEYS[4], reservation, ARGV[1] .. ' ' .. ARGV[3])
redis.call('ZADD', KEYS[5], ARGV[5], reservation)
return reservation
