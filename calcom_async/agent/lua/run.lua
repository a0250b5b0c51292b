-- One run of a script, from its text to the report of its end.
local room = ...

local ipairs, load, pcall, setmetatable, tonumber, tostring, type = ipairs, load, pcall, setmetatable, tonumber, tostring, type
local collectgarbage, rawget = collectgarbage, rawget
local sethook = debug.sethook
local os_clock = os.clock
local string_find, string_match, string_sub = string.find, string.match, string.sub
local table_pack, table_unpack = table.pack, table.unpack

local LONGEST = 2000 -- bytes of an error's message
local FIELDS = { "code", "message", "advice", "status", "parameter", "function", "account", "line" }
local environment

function room.count() return collectgarbage("count") end

local function set_of(names)
  local set = {}
  for _, name in ipairs(names) do set[name] = true end
  return set
end

local function shortened(text)
  return #text > LONGEST and string_sub(text, 1, LONGEST) .. "…" or text
end

-- An error as plain fields: of ours what they say, of any other its text.
local function told(problem)
  if room.is_error(problem) then
    local fields = {}
    for _, name in ipairs(FIELDS) do
      local value = rawget(problem, name)
      local kind = type(value)
      if kind == "string" then fields[name] = shortened(value) elseif kind == "number" then fields[name] = value end
    end
    fields.code, fields.message = fields.code or "error", fields.message or "an error without a message"
    return fields
  end
  local ok, text = pcall(room.printed, problem)
  if not ok then text = "an error that can't be shown" end
  local fields = { code = "error", line = tonumber(string_match(text, "^[^\n]-:(%d+): ") or "") }
  if string_find(text, "not enough memory", 1, true) then
    fields.code, fields.advice = "memory_limit", "keep less at a time, end a recursion, or raise the memory limit"
  elseif string_find(text, "stack overflow", 1, true) then
    fields.code, fields.advice = "stack_overflow", "a function calls itself without an end"
    text = string_match(text, "^(.-stack overflow)")
  elseif string_find(text, "index a nil value (global 'cal", 1, true) then
    fields.advice = 'begin the script with: local cal = app.integrations["cal-com"]'
  end
  fields.message = shortened(text)
  return fields
end

local function compiled(run)
  if run.interactive then
    local value = load("return " .. run.source, room.chunk, "t", environment)
    if value then return value end
  end
  return load(run.source, room.chunk, "t", environment)
end

-- What a script returned; a session prints it instead.
local function returned(run, values)
  if run.interactive then
    if values.n > 0 then room.print(table_unpack(values, 1, values.n)) end
    return {}
  end
  local value = values[1]
  if values.n > 1 then
    value = room.json.array {}
    for position = 1, values.n do value[position] = values[position] == nil and room.null or values[position] end
  end
  return { result_json = room.encode(value, room.result_limit) }
end

-- The script within its limits.
local function watched(run, script)
  room.start_watch(run.cpu_limit)
  local ok, outcome = pcall(function() return returned(run, table_pack(script())) end)
  if ok then return outcome end
  return { error = told(room.stopped or outcome) }
end

-- Do what a message asks for; the report, as JSON.
function room.handle(message)
  collectgarbage()
  local run = room.decode(message)
  if run.functions then
    room.functions, room.accounts, room.walkers = set_of(run.functions), set_of(run.accounts), run.walkers
    room.output_limit, room.message_limit, room.result_limit = run.output_limit, run.message_limit, run.result_limit
    environment = room.environment()
  end
  room.chunk = "=" .. run.name
  room.start_tasks()
  room.start_output()
  local script, problem = compiled(run)
  local report
  if script then
    report = watched(run, script)
    report.memory = room.end_watch()
    if room.stopped then report = { error = told(room.stopped), memory = report.memory } end
  else
    report = { error = told(problem), incomplete = string_find(problem, "<eof>", 1, true) ~= nil }
    report.error.code = "syntax_error"
  end
  report.op, report.clock = "done", os_clock()
  return room.encode(report)
end

-- The report where even that failed: nothing is left to work with.
function room.recover()
  sethook()
  collectgarbage()
  local stopped = room.stopped
  local fields = stopped and told(stopped) or { code = "memory_limit", message = "not enough memory", advice = "keep less at a time, or raise the memory limit" }
  return room.encode { op = "done", error = fields, clock = os_clock() }
end
