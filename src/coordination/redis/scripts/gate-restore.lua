--[[
Puts back what the store said of seats the gate had let through. Never over a mark that is there.

KEYS    the seats' keys
ARGV    for each key in turn: its holder, and what the mark has left in milliseconds, above 0

Returns how many marks were put back.
]]
local corrected = 0
for position, key in ipairs(KEYS) do
  local holder = ARGV[2 * position - 1]
  local remaining = ARGV[2 * position]
  if redis.call('SET', key, holder, 'NX', 'PX', remaining) then
    corrected = corrected + 1
  end
end
return corrected
