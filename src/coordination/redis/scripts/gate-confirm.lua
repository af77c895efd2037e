--[[
After the commit: moves reservations' marks from the lease to their deadlines, sets their own keys, and notes whose turn it was.

KEYS    for each reservation its own key, and then its seats' keys
ARGV[1] how long turns are remembered after the deadline, in milliseconds
ARGV[2] and following: for each reservation its id; how many of KEYS are its; what its own key has left in milliseconds, above 0;
        what its marks have left in milliseconds, where 0 or less removes them; and the key of its holder's turns, which is kept
        as the value of its own key: empty where that is to stay as it is

Returns for each reservation how many seats were still marked for it, and the key of its holder's turns, empty if it is not
known. Marks of others, and seats without one, stay as they are. Turns are in the same cluster slot, and described in gate-acquire.lua.
]]
local memory = tonumber(ARGV[1])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function hold_marks(reservation, first, last, mark_ms)
  local own = 0
  for position = first, last do
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
  return own
end

local function note_turns(turns, reservation, first, last, left_ms)
  local seats = {}
  for position = first, last do
    seats[#seats + 1] = string.match(KEYS[position], '%d+$')
  end
  if #seats == 0 then
    return
  end
  local noted = {}
  for place, turn in ipairs(redis.call('HMGET', turns, unpack(seats))) do
    local times, holder = 0, nil
    if turn then
      times, holder = string.match(turn, '^(%d+) (%S+)')
    end
    if holder ~= reservation then
      times = times + 1
    end
    noted[#noted + 1] = seats[place]
    noted[#noted + 1] = string.format('%d %s %.0f', times, reservation, now + left_ms)
  end
  redis.call('HSET', turns, unpack(noted))
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
  answers[#answers + 1] = hold_marks(reservation, first + 1, last, tonumber(ARGV[argument + 3]))
  answers[#answers + 1] = turns
  if string.find(turns, ':turns:', 1, true) then
    note_turns(turns, reservation, first + 1, last, left_ms)
  end
  redis.call('SET', KEYS[first], turns, 'PX', left_ms)
  first = last + 1
end
return answers
