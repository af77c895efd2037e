--[[
After the commit: extends reservations' claims from the lease to their deadlines, sets their own keys, and records the parties' turns.

KEYS    for each reservation its own key, and then the keys of its seats
ARGV[1] how long turns are remembered after the deadline, in milliseconds
ARGV[2] and following: for each reservation its id; how many of KEYS belong to it; the TTL of its own key in milliseconds, above 0;
        the TTL of its claims in milliseconds, where 0 or less removes them; and the key of the party's turns, which is stored as the
        value of the reservation's own key: empty to keep the stored one

Returns for each reservation how many claims were still its own, and the key of the party's turns, empty if it is not known. Claims of
others, and seats without a claim, stay as they are. Turns are in the same cluster slot, and described in gate-acquire.lua.
]]
local memory = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function extend_claims(reservation, first, last, claim_ms)
  local own = 0
  for position = first, last do
    local key = KEYS[position]
    if redis.call('GET', key) == reservation then
      own = own + 1
      if claim_ms > 0 then
        redis.call('PEXPIRE', key, claim_ms)
      else
        redis.call('DEL', key)
      end
    end
  end
  return own
end

local function record_turns(turns, reservation, first, last, left_ms)
  local seats = {}
  for position = first, last do
    seats[#seats + 1] = string.match(KEYS[position], '%d+$')
  end
  if #seats == 0 then
    return
  end
  local recorded = {}
  for place, turn in ipairs(redis.call('HMGET', turns, unpack(seats))) do
    local times, holder = 0, nil
    if turn then
      times, holder = string.match(turn, '^(%d+) (%S+)')
    end
    if holder ~= reservation then
      times = times + 1
    end
    recorded[#recorded + 1] = seats[place]
    recorded[#recorded + 1] = string.format('%d %s %.0f', times, reservation, now + left_ms)
  end
  redis.call('HSET', turns, unpack(recorded))
  redis.call('PEXPIRE', turns, left_ms + memory)
end

local answers = {}
local first = 1
for argument = 2, #ARGV, 5 do
  local reservation = ARGV[argument]
  local last = first + ARGV[argument + 1] - 1
  local left_ms = tonumber(ARGV[argument + 2])
  local turns = ARGV[argument + 4]
  if turns == '' then
    turns = redis.call('GET', KEYS[first]) or ''
  end
  answers[#answers + 1] = extend_claims(reservation, first + 1, last, tonumber(ARGV[argument + 3]))
  answers[#answers + 1] = turns
  if string.find(turns, ':turns:', 1, true) then
    record_turns(turns, reservation, first + 1, last, left_ms)
  end
  redis.call('SET', KEYS[first], turns, 'PX', left_ms)
  first = last + 1
end
return answers
