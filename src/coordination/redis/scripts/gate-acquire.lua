--[[
Claims seats for several reservations, one after the other: all seats of a reservation under a short lease, or none of them.

KEYS    for each reservation the key of the party's turns, and then the keys of its seats, one or more
ARGV[1] the lease in milliseconds, above 0
ARGV[2] how long a party that has released a seat once, twice, and so on must leave it to others, in milliseconds: '0,0,10000'; the
        last value also applies to every further time
ARGV[3] and following: for each reservation its id, and how many of KEYS belong to it

Returns for each reservation the positions among its seats, from 1, of those that others have claimed. If there are none, but the party
must leave a seat to others, it returns one negative number: for how long, in milliseconds. Only if the list is empty was anything
written. The reservation's own claims are renewed, and never shortened: a retry must not reduce a confirmed claim to a lease.

Turns are a hash by seat: '<times held> <the last reservation> <when it ended, by the clock of Redis>'.
]]
local lease = tonumber(ARGV[1])
local rests = {}
for rest in string.gmatch(ARGV[2], '%d+') do
  rests[#rests + 1] = tonumber(rest)
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function left_to_others(reservation, first, last)
  local seats = {}
  for position = first + 1, last do
    seats[#seats + 1] = string.match(KEYS[position], '%d+$')
  end
  local longest = 0
  for _, turn in ipairs(redis.call('HMGET', KEYS[first], unpack(seats))) do
    if turn then
      local times, holder, over = string.match(turn, '^(%d+) (%S+) (%d+)$')
      local rest = rests[math.min(tonumber(times), #rests)]
      if holder ~= reservation then
        longest = math.max(longest, math.min(over + rest - now, rest))
      end
    end
  end
  return longest
end

local function claim(reservation, first, last)
  local refused = {}
  local is_own = {}
  for position = first + 1, last do
    local holder = redis.call('GET', KEYS[position])
    is_own[position] = holder == reservation
    if holder and holder ~= reservation then
      refused[#refused + 1] = position - first
    end
  end
  if #refused > 0 then
    return refused
  end
  local rest = left_to_others(reservation, first, last)
  if rest > 0 then
    return { -rest }
  end

  for position = first + 1, last do
    if not is_own[position] or redis.call('PTTL', KEYS[position]) < lease then
      redis.call('SET', KEYS[position], reservation, 'PX', lease)
    end
  end
  return refused
end

local answers = {}
local first = 1
for argument = 3, #ARGV, 2 do
  local last = first + ARGV[argument + 1] - 1
  answers[#answers + 1] = claim(ARGV[argument], first, last)
  first = last + 1
end
return answers
