-- What a script sees: a table of its own with what is harmless of Lua's library, and app, docs and json.
local room = ...

local ipairs, next, rawget, select, setmetatable, type = ipairs, next, rawget, select, setmetatable, type
local tostring, raw_setmetatable = tostring, setmetatable
local metatable_of = debug.getmetatable
local math_type = math.type
local string_sub = string.sub
local table_concat, table_pack, table_sort = table.concat, table.pack, table.sort

local INTEGRATION = "cal-com"
local PREFIX = "cal_com_"
local PER_PAGE = 100
local LEAST = 16 -- bytes that any output counts as, so that a million empty lines are no way around the limit

local function copied(library, ...)
  local copy = {}
  for name, value in next, library do copy[name] = value end
  for _, name in ipairs { ... } do copy[name] = nil end
  return copy
end

-- A table that can be read and walked, and not be changed.
local function read_only(what, index, walk)
  return raw_setmetatable({}, {
    __metatable = false,
    __index = index,
    __newindex = function() room.fail("read_only", what .. " can't be changed", "keep it in a variable of your own") end,
    __pairs = walk,
    __tostring = function() return what end,
  })
end

-- Output -------------------------------------------------------------------------------------------------------------

local written = 0

function room.start_output() written = 0 end

local function write(text)
  written = written + (#text < LEAST and LEAST or #text)
  if written > room.output_limit then
    room.stop { code = "output_limit", message = "the script printed more than " .. room.output_limit .. " bytes", advice = "print less, or return what you need" }
  end
  room.cross("o" .. text)
end

function room.print(...)
  local parts = table_pack(...)
  for position = 1, parts.n do parts[position] = room.printed(parts[position]) end
  write(table_concat(parts, "\t", 1, parts.n) .. "\n")
end

-- The integration ----------------------------------------------------------------------------------------------------

local function ask(what, fields)
  fields.op = what
  return room.call(fields)
end

local function checked(name, arguments)
  if arguments == nil then return {} end
  if type(arguments) ~= "table" or arguments == room.null then
    room.fail("bad_argument", name .. " takes one table of named arguments, not a " .. type(arguments), "call " .. name .. "{ id = 1 }")
  end
  if next(arguments) == nil then return {} end
  if room.is_array(arguments) then
    room.fail("bad_argument", name .. " takes named arguments, not a list", "call " .. name .. "{ id = 1 }")
  end
  return arguments
end

local function caller(name, account)
  return function(arguments, ...)
    if select("#", ...) > 0 then
      room.fail("bad_argument", name .. " takes one table of named arguments", "call " .. name .. "{ … }, with a dot and not a colon")
    end
    return ask("call", { name = name, account = account, arguments = checked(name, arguments) })
  end
end

-- An iterator over everything that a list has, a page at a time.
local function walker(kind, spec, account)
  return function(arguments)
    local asked, items, at, ended = {}, {}, 0, false
    for name, value in next, checked(kind, arguments) do asked[name] = value end
    local call = caller(spec.call, account)
    if spec.paged then
      asked.page = asked.page or 1
      asked.limit = asked.limit or PER_PAGE
    end
    return function()
      while at >= #items do
        if ended then return nil end
        local answer = call(asked)
        items, at = answer[kind] or {}, 0
        local place = answer.pagination
        ended = not (spec.paged and type(place) == "table" and place.hasNextPage)
        if not ended then asked.page = place.nextPage end
      end
      at = at + 1
      return items[at]
    end
  end
end

local function namespace(account, path)
  local functions, walkers, accounts = room.functions, room.walkers, room.accounts
  local made = {}

  local function find(_, name)
    if made[name] ~= nil then return made[name] end
    local found
    if type(name) == "string" then
      local short = string_sub(name, 1, #PREFIX) == PREFIX and string_sub(name, #PREFIX + 1) or name
      if functions[short] then
        found = caller(short, account)
      elseif walkers[name] then
        found = walker(name, walkers[name], account)
      elseif path == "" and accounts[name] then
        found = namespace(name, "." .. name)
      end
    end
    if not found then ask("unknown", { name = tostring(name), account = account }) end
    made[name] = found
    return found
  end

  local names = {}
  for name in next, functions do names[#names + 1] = name end
  table_sort(names)
  return read_only('app.integrations["' .. INTEGRATION .. '"]' .. path, find, function()
    local position = 0
    return function()
      position = position + 1
      local name = names[position]
      if name then return name, find(nil, name) end
    end
  end)
end

local function integrations()
  local cal = namespace(nil, "")
  return read_only("app.integrations", function(_, name)
    if name == INTEGRATION or name == "cal_com" then return cal end
    room.fail("unknown_integration", "there is no integration " .. tostring(name), 'the one there is: app.integrations["' .. INTEGRATION .. '"]')
  end, function() return next, { [INTEGRATION] = cal }, nil end)
end

-- Documentation ------------------------------------------------------------------------------------------------------

local function text_argument(name, value, optional)
  if value == nil and optional then return nil end
  if type(value) ~= "string" then room.fail("bad_argument", name .. " needs a text", "call " .. name .. '("bookings")') end
  return value
end

local docs = {
  list = function(group) return ask("docs_list", { group = text_argument("docs.list", group, true) }) end,
  search = function(query, limit)
    if limit ~= nil and math_type(limit) ~= "integer" then
      room.fail("bad_argument", "docs.search: limit needs a whole number", 'call docs.search("bookings", 5)')
    end
    return ask("docs_search", { query = text_argument("docs.search", query), limit = limit })
  end,
  read = function(page) return ask("docs_read", { page = text_argument("docs.read", page) }) end,
}

-- All of it ----------------------------------------------------------------------------------------------------------

-- A finalizer would run where no limit is watched.
local function guarded_setmetatable(value, metatable)
  if type(metatable) == "table" and rawget(metatable, "__gc") ~= nil then
    room.fail("forbidden", "setmetatable: __gc is not allowed here", "leave it out, or use a <close> variable")
  end
  return setmetatable(value, metatable)
end

local function counted(option)
  if option ~= nil and option ~= "count" then
    room.fail("forbidden", "collectgarbage only counts here", 'call collectgarbage("count")')
  end
  return room.count()
end

function room.environment()
  local environment = {
    _VERSION = _VERSION,
    assert = assert, error = error, pcall = room.pcall, xpcall = room.xpcall,
    getmetatable = getmetatable, setmetatable = guarded_setmetatable,
    ipairs = ipairs, next = next, pairs = pairs, select = select,
    rawequal = rawequal, rawget = rawget, rawlen = rawlen, rawset = rawset,
    tonumber = tonumber, tostring = tostring, type = type,
    collectgarbage = counted, print = room.print,
    coroutine = copied(room.coroutine), math = copied(math), string = copied(string, "dump"),
    table = copied(table), utf8 = copied(utf8),
    json = copied(room.json), null = room.null,
    docs = copied(docs), lua_list_docs = docs.list, lua_search_docs = docs.search, lua_read_doc = docs.read,
  }
  environment._G = environment
  environment.app = read_only("app", { integrations = integrations(), parallel = room.parallel })
  local texts = metatable_of("")
  texts.__index, texts.__metatable = environment.string, false
  return environment
end
