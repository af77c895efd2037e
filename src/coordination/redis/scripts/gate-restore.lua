--[[
Restores claims that the gate had lost, as the store knows them. Existing claims are not overwritten.

KEYS    the keys of the seats
ARGV    for each key: the holder's reservation id, and the TTL of the claim in milliseconds, above 0

Returns how many claims were restored.
]]
local restored = 0
for position, key in ipairs(KEYS) do
  local holder = ARGV[2 * position - 1]
  local remaining = ARGV[2 * position]
  if redis.call('SET', key, holder, 'NX', 'PX', remaining) then
    restored = restored + 1
  end
end
return restored
