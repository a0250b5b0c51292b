-- Errors as tables: message, code, advice, status and where; and the stop that no pcall holds up.
local room, bridge = ...

local error, rawget, setmetatable, tostring, type = error, rawget, setmetatable, tostring, type
local metatable_of, getinfo, sethook = debug.getmetatable, debug.getinfo, debug.sethook
local raw_pcall, raw_xpcall = pcall, xpcall
local collectgarbage, os_clock = collectgarbage, os.clock

local INSTRUCTIONS = 5000 -- between two looks at the clock
local POLL = 0.05 -- seconds of computing between two looks for an interruption
local LEVELS = 200

-- The text of an error: what happened, and what to do.
local function text_of(problem)
  local message = rawget(problem, "message")
  if type(message) ~= "string" then message = "an error without a message" end
  local advice = rawget(problem, "advice")
  if type(advice) == "string" and advice ~= "" then message = message .. "; " .. advice end
  return message
end

local ERROR = {
  __metatable = false,
  __name = "error",
  __tostring = text_of,
  __concat = function(left, right) return tostring(left) .. tostring(right) end,
}

-- The line of the script that runs now, from within a chunk of this program.
local function line_now()
  for level = 2, LEVELS do
    local info = getinfo(level, "Sl")
    if not info then return nil end
    if info.source == room.chunk and info.currentline > 0 then return info.currentline end
  end
end

local function make(problem)
  problem.line = line_now()
  return setmetatable(problem, ERROR)
end

-- Raise an error as a table.
function room.fail(code, message, advice)
  error(make { code = code, message = message, advice = advice }, 0)
end

-- Raise what the other side tells of.
function room.raise(problem)
  error(make(problem), 0)
end

function room.is_error(value) return type(value) == "table" and metatable_of(value) == ERROR end

room.text_of = text_of

-- The end of a run that a script can't hold up: out of time, interrupted, too much.
room.stopped = nil

function room.stop(problem)
  room.stopped = make(problem)
  error(room.stopped, 0)
end

local deadline, poll, peak = 0, 0, 0

local function look()
  if room.stopped then error(room.stopped, 0) end
  local used = collectgarbage("count")
  if used > peak then peak = used end
  local now = os_clock()
  if now > deadline then
    room.stop { code = "cpu_limit", message = "the script computed for more than " .. room.cpu_limit .. " s", advice = "do less in one run, or raise the CPU limit" }
  end
  if now > poll then
    poll = now + POLL
    local ok, reply = raw_pcall(bridge, "?")
    if ok and reply == "!" then
      room.stop { code = "interrupted", message = "interrupted", advice = "run it again" }
    end
  end
end

-- Watch a coroutine, or by default the main chunk.
function room.watch(thread)
  if thread then sethook(thread, look, "", INSTRUCTIONS) else sethook(look, "", INSTRUCTIONS) end
end

function room.start_watch(seconds)
  room.stopped, room.cpu_limit = nil, seconds
  peak = collectgarbage("count")
  deadline, poll = os_clock() + seconds, os_clock() + POLL
  room.watch()
end

-- End it; the most memory that was seen, in bytes.
function room.end_watch()
  sethook()
  local used = collectgarbage("count")
  return (used > peak and used or peak) * 1024 // 1 | 0
end

local function passed(...)
  if room.stopped then error(room.stopped, 0) end
  return ...
end

function room.pcall(...) return passed(raw_pcall(...)) end

function room.xpcall(...) return passed(raw_xpcall(...)) end
