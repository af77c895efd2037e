--[[
Sets the time until which seats count for network addresses (see held-seats-acquire.lua).

KEYS    for each claim the key of its address, all in one slot; a key may occur several times
ARGV    for each claim how long its seats count from now, in milliseconds, where 0 removes them; how many seats it has; and the name
        of each

Returns for each claim 1.
]]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local answers = {}
local argument = 1
for claim, address in ipairs(KEYS) do
  local left_ms = tonumber(ARGV[argument])
  local last = argument + 1 + ARGV[argument + 1]
  for place = argument + 2, last do
    if left_ms > 0 then
      redis.call('ZADD', address, now + left_ms, ARGV[place])
    else
      redis.call('ZREM', address, ARGV[place])
    end
  end
  if redis.call('PTTL', address) < left_ms then
    redis.call('PEXPIRE', address, left_ms)
  end
  answers[claim] = 1
  argument = last + 1
end
return answers
