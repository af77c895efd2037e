--[[
After the commit: moves a reservation's marks from the lease to its deadline, and sets its own key.

KEYS[1] the reservation's own key
KEYS[2] and following: the seats' keys
ARGV[1] the reservation's id
ARGV[2] what the reservation's own key has left in milliseconds, above 0
ARGV[3] what the marks have left in milliseconds; 0 or less removes them

Returns how many seats were still marked for the reservation. Marks of others, and seats without one, stay as they are.
]]
local reservation = ARGV[1]
local mark_ms = tonumber(ARGV[3])

local own = 0
for position = 2, #KEYS do
  local key = KEYS[position]
  if redis.call('GET', key) == reservation then
    own = own + 1
    if mark_ms > 0 then
      redis.call('PEXPIRE', key, mark_ms)
    else
      redis.call('DEL', key)
    end
  end
end

redis.call('SET', KEYS[1], reservation, 'PX', ARGV[2])
return own
