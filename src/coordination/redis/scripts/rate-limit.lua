--[[
Counts one for each key, in windows that begin with a key's first count.

KEYS    the counters' keys, one or more, in a cluster all of one slot; a key may come several times, and is counted as often
ARGV[1] the length of a window in seconds, above 0

Returns for each of KEYS in turn: its count with this one, and what its window has left in milliseconds.
]]
local seconds = tonumber(ARGV[1])

local answers = {}
for _, key in ipairs(KEYS) do
  local is_first = redis.call('SET', key, 1, 'EX', seconds, 'NX')
  answers[#answers + 1] = is_first and 1 or redis.call('INCR', key)
  answers[#answers + 1] = is_first and seconds * 1000 or redis.call('PTTL', key)
end
return answers
