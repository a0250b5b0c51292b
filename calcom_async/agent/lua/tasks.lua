-- Calls to the other side, alone or several at a time: the functions of app.parallel are coroutines, which stand still
-- while their call is on its way. Everything else of a script just waits.
local room, bridge = ...

local error, ipairs, next, pcall = error, ipairs, next, pcall
local collectgarbage, rawget, rawlen, setmetatable, type = collectgarbage, rawget, rawlen, setmetatable, type
local math_type = math.type
local raw_create, raw_resume, raw_status, raw_yield = coroutine.create, coroutine.resume, coroutine.status, coroutine.yield
local raw_close, raw_isyieldable = coroutine.close, coroutine.isyieldable
local table_pack, table_remove = table.pack, table.remove

local PAUSE = {} -- what a function of app.parallel yields; no script gets hold of it

local MAIN, current, ready, waiting, out
local last = 0 -- never starts again, so that an answer of a run before this one is known to be late
local threads = setmetatable({}, { __mode = "k" }) -- the coroutines of app.parallel

function room.start_tasks()
  MAIN = { main = true }
  current, ready, waiting, out = MAIN, {}, {}, 0
end

-- The one way out. What comes back is text, whatever happens on the other side.
local function cross(text)
  local ok, reply = pcall(bridge, text)
  if not ok or type(reply) ~= "string" then
    room.stop { code = "crashed", message = "the script's process lost its connection", advice = "run it again" }
  end
  return reply
end

room.cross = cross

local function no_memory()
  room.stop { code = "memory_limit", message = "an answer does not fit into the script's memory", advice = "ask for less at a time, such as with limit, or raise the memory limit" }
end

local function due(task)
  task.due = true
  if not task.main and not task.blocked then ready[#ready + 1] = task end
end

local function receive()
  if out == 0 then room.fail("deadlock", "nothing is left to wait for", "don't resume the functions of app.parallel yourself") end
  local text = cross("r")
  if text == "" then
    collectgarbage()
    text = cross("r")
    if text == "" then no_memory() end
  end
  local ok, answer = pcall(room.decode, text, true)
  if room.stopped then error(room.stopped, 0) end
  if not ok then no_memory() end
  local task = waiting[answer.id] -- nobody, where it comes too late
  if task then
    if answer.stop then room.stop(answer.stop) end
    waiting[answer.id] = nil
    out = out - 1
    task.answer = answer
    due(task)
  end
end

local run

local function step()
  local task = table_remove(ready, 1)
  if task then run(task) else receive() end
end

-- Let the task that runs now stand still until it is due.
local function stand(task)
  if not task.main and raw_isyieldable() then
    raw_yield(PAUSE)
  else -- the main chunk, or inside of something like table.sort, which can't be left
    task.blocked = true
    while not task.due do step() end
    task.blocked = nil
  end
end

local function pause()
  local task = current
  stand(task)
  task.due = nil
end

function run(task)
  local before = current
  current = task
  local told = table_pack(raw_resume(task.thread))
  current = before
  if room.stopped then error(room.stopped, 0) end
  local ended = raw_status(task.thread) == "dead"
  if not ended and told[2] == PAUSE then return end
  local group = task.group
  if told[1] and ended then
    group.values[task.place] = told[2]
  else
    group.failed = group.failed or {}
    if not told[1] then
      group.failed[task.place] = { told[2] }
    else
      raw_close(task.thread)
      group.failed[task.place] = { "a function of app.parallel yielded outside of a coroutine of its own" }
    end
  end
  group.open = group.open - 1
  if group.open == 0 then due(group.owner) end
end

-- Ask the other side; its data, or its error raised.
function room.call(request)
  if room.stopped then error(room.stopped, 0) end
  last = last + 1
  request.id = last
  cross(room.encode(request, room.message_limit))
  out = out + 1
  waiting[last] = current
  local task = current
  pause()
  local answer = task.answer
  task.answer = nil
  if answer.error then room.raise(answer.error) end
  return answer.data
end

-- Run functions so that their calls travel at the same time.
function room.parallel(functions)
  if type(functions) ~= "table" then
    room.fail("bad_argument", "app.parallel needs a table of functions", "call app.parallel{ f1, f2 }")
  end
  local count = rawlen(functions)
  local group = { open = count, owner = current, values = {} }
  local tasks = {}
  for place = 1, count do
    local work = rawget(functions, place)
    if type(work) ~= "function" then
      room.fail("bad_argument", "app.parallel: item " .. place .. " is no function", "wrap the call: function() return … end")
    end
    local task = { thread = raw_create(work), group = group, place = place }
    room.watch(task.thread)
    threads[task.thread] = true
    tasks[place] = task
  end
  for key in next, functions do
    if math_type(key) ~= "integer" or key < 1 or key > count then
      room.fail("bad_argument", "app.parallel takes functions in order, without names or holes", "call app.parallel{ f1, f2 }")
    end
  end
  for _, task in ipairs(tasks) do ready[#ready + 1] = task end
  if count > 0 then pause() end
  if group.failed then
    for place = 1, count do
      if group.failed[place] then error(group.failed[place][1], 0) end
    end
  end
  local values = room.json.array {}
  for place = 1, count do
    local value = group.values[place]
    if value == nil then value = room.null end
    values[place] = value
  end
  return values
end

-- What scripts get of coroutine: the pause of a call goes through the coroutines they make.

local settled

local function resumed(thread, ...)
  return settled(thread, raw_resume(thread, ...))
end

function settled(thread, ok, first, ...)
  if room.stopped then error(room.stopped, 0) end
  if ok and first == PAUSE and raw_status(thread) == "suspended" then
    stand(current)
    return resumed(thread)
  end
  return ok, first, ...
end

local function own(thread, doing)
  if threads[thread] then
    room.fail("bad_argument", "a function of app.parallel can't be " .. doing, "make a coroutine of your own")
  end
  return thread
end

local function create(work)
  local thread = raw_create(work)
  room.watch(thread)
  return thread
end

local function resume(thread, ...)
  return resumed(own(thread, "resumed"), ...)
end

local function unwrapped(thread, ok, ...)
  if ok then return ... end
  if raw_status(thread) == "suspended" or raw_status(thread) == "dead" then raw_close(thread) end
  error((...), 0)
end

room.coroutine = {
  create = create,
  resume = resume,
  wrap = function(work)
    local thread = create(work)
    return function(...) return unwrapped(thread, resumed(thread, ...)) end
  end,
  close = function(thread) return raw_close(own(thread, "closed")) end,
  status = coroutine.status,
  running = coroutine.running,
  isyieldable = coroutine.isyieldable,
  yield = raw_yield,
}
