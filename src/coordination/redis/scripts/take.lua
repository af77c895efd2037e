--[[
Marks all the seats for one reservation under a short lease, or none.

KEYS    the seats' keys, one or more
ARGV[1] the reservation's id
ARGV[2] the lease in milliseconds, above 0

Returns the positions in KEYS, from 1, of the seats marked by others. Nothing was written unless it is empty.
A mark that is the reservation's own is renewed, and never shortened: a retry must not take a held seat back to a lease.
]]
local reservation = ARGV[1]
local lease = tonumber(ARGV[2])

local refused = {}
for position, key in ipairs(KEYS) do
  local holder = redis.call('GET', key)
  if holder and holder ~= reservation then
    refused[#refused + 1] = position
  end
end
if #refused > 0 then
  return refused
end

for _, key in ipairs(KEYS) do
  if redis.call('PTTL', key) < lease then
    redis.call('SET', key, reservation, 'PX', lease)
  end
end
return refused
