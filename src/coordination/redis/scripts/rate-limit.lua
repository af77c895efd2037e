--[[
Increments each key by one. The window of a key begins with its first count.

KEYS    the keys of the counters, one or more, in a cluster all in one slot; a key may occur several times, and is counted as often
ARGV[1] the length of a window in seconds, above 0

Returns for each of KEYS its new count, and how much of its window is left, in milliseconds.
]]
local seconds = tonumber(ARGV[1])

local answers = {}
for _, key in ipairs(KEYS) do
  local is_first = redis.call('SET', key, 1, 'EX', seconds, 'NX')
  answers[#answers + 1] = is_first and 1 or redis.call('INCR', key)
  answers[#answers + 1] = is_first and seconds * 1000 or redis.call('PTTL', key)
end
return answers
