--[[
Removes the claims that are still the reservation's, and its own key if the reservation has ended.

KEYS[1] the reservation's own key, whose value is the key of the party's turns (see gate-acquire.lua)
KEYS[2] and following: the keys of the seats
ARGV[1] the reservation's id
ARGV[2] '1' if the reservation has ended, else '0'

Returns how many claims were removed, and the key of the party's turns, empty if it is not known.
]]
local turns = redis.call('GET', KEYS[1]) or ''
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function record_end(seat)
  local turn = redis.call('HGET', turns, seat)
  local times, holder = string.match(turn or '', '^(%d+) (%S+)')
  if holder == ARGV[1] then
    redis.call('HSET', turns, seat, string.format('%d %s %.0f', times, holder, now))
  end
end

local removed = 0
for position = 2, #KEYS do
  if redis.call('GET', KEYS[position]) == ARGV[1] then
    removed = removed + redis.call('DEL', KEYS[position])
  end
  if string.find(turns, ':turns:', 1, true) then
    record_end(string.match(KEYS[position], '%d+$'))
  end
end

if ARGV[2] == '1' then
  redis.call('DEL', KEYS[1])
end
return { removed, turns }
