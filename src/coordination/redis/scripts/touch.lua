--[[
Touches keys at their reservations' deadlines: Redis deletes an expired key when it is read, and notifies everybody.

KEYS    reservations' own keys

Returns the TTL of each in milliseconds; 0 or less if there is no such key.
]]
local left = {}
for position, key in ipairs(KEYS) do
  left[position] = redis.call('PTTL', key)
end
return left
