--[[
Counts seats for network addresses, one claim after the other: all seats of a claim under a short lease, or none.

KEYS    for each claim the key of its address, all in one slot; a key may occur several times
ARGV[1] the lease in milliseconds, above 0
ARGV[2] how many seats an address may hold
ARGV[3] and following: for each claim how many seats it has, and then the name of each

Returns for each claim 1, or 0 if the address would hold too many. The value of an address is a sorted set of names of seats; the score
is the time until which the seat counts, by the clock of Redis.
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local lease_end = now + ARGV[1]
local limit = tonumber(ARGV[2])

local function acquire(address, first, last)
  redis.call('ZREMRANGEBYSCORE', address, '-inf', now)
  local fresh = {}
  for argument = first, last do
    if not redis.call('ZSCORE', address, ARGV[argument]) then
      fresh[#fresh + 1] = ARGV[argument]
    end
  end
  if redis.call('ZCARD', address) + #fresh > limit then
    return 0
  end
  for _, seat in ipairs(fresh) do
    redis.call('ZADD', address, lease_end, seat)
  end
  if redis.call('PTTL', address) < tonumber(ARGV[1]) then
    redis.call('PEXPIRE', address, ARGV[1])
  end
  return 1
end

local answers = {}
local argument = 3
for claim = 1, #KEYS do
  local last = argument + ARGV[argument]
  answers[claim] = acquire(KEYS[claim], argument + 1, last)
  argument = last + 1
end
return answers
