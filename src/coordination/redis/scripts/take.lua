--[[
Takes seats for several reservations in turn: marks all the seats of one under a short lease, or none of them.

KEYS    the seats' keys, one or more for each reservation, one reservation's after the other's
ARGV[1] the lease in milliseconds, above 0
ARGV[2] and following: for each reservation its id, and how many of KEYS are its

Returns for each reservation the positions among its keys, from 1, of the seats marked by others. Nothing was written for it
unless that is empty. A mark that is the reservation's own is renewed, and never shortened: a retry must not take a held seat
back to a lease.
]]
local lease = tonumber(ARGV[1])

local function take(reservation, first, last)
  local refused = {}
  local is_own = {}
  for position = first, last do
    local holder = redis.call('GET', KEYS[position])
    is_own[position] = holder == reservation
    if holder and holder ~= reservation then
      refused[#refused + 1] = position - first + 1
    end
  end
  if #refused > 0 then
    return refused
  end

  for position = first, last do
    if not is_own[position] or redis.call('PTTL', KEYS[position]) < lease then
      redis.call('SET', KEYS[position], reservation, 'PX', lease)
    end
  end
  return refused
end

local answers = {}
local first = 1
for argument = 2, #ARGV, 2 do
  local last = first + ARGV[argument + 1] - 1
  answers[#answers + 1] = take(ARGV[argument], first, last)
  first = last + 1
end
return answers
