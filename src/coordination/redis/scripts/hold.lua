--[[
After the commit: moves reservations' marks from the lease to their deadlines, and sets their own keys.

KEYS    for each reservation its own key, and then its seats' keys
ARGV    for each reservation: its id; how many of KEYS are its; what its own key has left in milliseconds, above 0; and what
        its marks have left in milliseconds, where 0 or less removes them

Returns for each reservation how many seats were still marked for it. Marks of others, and seats without one, stay as they are.
]]
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

local answers = {}
local first = 1
for argument = 1, #ARGV, 4 do
  local reservation = ARGV[argument]
  local last = first + ARGV[argument + 1] - 1
  answers[#answers + 1] = hold_marks(reservation, first + 1, last, tonumber(ARGV[argument + 3]))
  redis.call('SET', KEYS[first], reservation, 'PX', ARGV[argument + 2])
  first = last + 1
end
return answers
