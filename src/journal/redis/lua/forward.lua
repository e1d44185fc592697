#!lua
-- Puts a parcel into a show's inbox, unless it is full.
--
-- KEYS: inbox
-- ARGV: 1 the parcel, 2 how many there may be
if redis.call('XLEN', KEYS[1]) >= tonumber(ARGV[2]) then
  return {'full'}
end
redis.call('XADD', KEYS[1], '*', 'p', ARGV[1])
return {'ok'}
