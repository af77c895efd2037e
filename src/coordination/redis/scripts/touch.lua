--[[
At reservations' deadlines: a key that is over is deleted when it is read, and Redis tells everybody.

KEYS    reservations' own keys

Returns for each what it has left in milliseconds; 0 or less if there is no such key.
]]
local left = {}
for position, key in ipairs(KEYS) do
  left[position] = redis.call('PTTL', key)
end
return left
