--[[
Removes the marks that are still the reservation's; and its own key if the reservation has ended.

KEYS[1] the reservation's own key
KEYS[2] and following: the seats' keys
ARGV[1] the reservation's id
ARGV[2] '1' if the reservation has ended, else '0'

Returns how many marks were removed.
]]
local removed = 0
for position = 2, #KEYS do
  if redis.call('GET', KEYS[position]) == ARGV[1] then
    removed = removed + redis.call('DEL', KEYS[position])
  end
end

if ARGV[2] == '1' then
  redis.call('DEL', KEYS[1])
end
return removed
