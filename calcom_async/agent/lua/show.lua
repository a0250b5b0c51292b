-- How print shows a table: as Lua would write it, keys in order, so that the same value always looks the same.
local room = ...

local ipairs, next, rawget, rawlen, tostring, type = ipairs, next, rawget, rawlen, tostring, type
local metatable_of = debug.getmetatable
local math_type = math.type
local string_byte, string_find, string_format = string.byte, string.find, string.format
local string_gsub, string_rep = string.gsub, string.rep
local table_concat, table_sort = table.concat, table.sort

local DEEPEST, WIDEST = 20, 72
local LARGEST = 1000000

local RESERVED = {}
for word in string.gmatch("and break do else elseif end false for function goto if in local nil not or repeat return then true until while", "%a+") do
  RESERVED[word] = true
end

local ORDER = { number = 1, string = 2, boolean = 3 }

local function before(a, b)
  local kind_a, kind_b = type(a), type(b)
  if kind_a ~= kind_b then return (ORDER[kind_a] or 9) < (ORDER[kind_b] or 9) end
  if kind_a == "number" or kind_a == "string" then return a < b end
  if kind_a == "boolean" then return a and not b end
  return false
end

local LETTERS = { ["\n"] = "\\n", ["\t"] = "\\t", ["\r"] = "\\r", ['"'] = '\\"', ["\\"] = "\\\\" }

local function quoted(text)
  return '"' .. string_gsub(text, '[%c"\\]', function(letter)
    return LETTERS[letter] or string_format("\\%03d", string_byte(letter))
  end) .. '"'
end

local function key_text(key)
  if type(key) ~= "string" then return "[" .. (type(key) == "table" and "table" or tostring(key)) .. "] = " end
  if string_find(key, "^[%a_][%w_]*$") and not RESERVED[key] then return key .. " = " end
  return "[" .. quoted(key) .. "] = "
end

local function plain(value)
  local kind = type(value)
  if kind == "string" then return quoted(value) end
  if kind == "table" or kind == "number" or kind == "boolean" or kind == "nil" then return tostring(value) end
  return "<" .. kind .. ">" -- without its address, which differs from run to run
end

-- Whether a table says itself how it looks, such as null and errors.
local function speaks(value)
  local metatable = metatable_of(value)
  return metatable and rawget(metatable, "__tostring") ~= nil
end

local function show(value)
  local open, size = {}, 0

  local function written(item, depth)
    if type(item) ~= "table" or speaks(item) then
      local text = plain(item)
      size = size + #text
      return text
    end
    if open[item] then return "<itself>" end
    if depth > DEEPEST or size > LARGEST then return "{…}" end
    open[item] = true
    local parts, seen = {}, {}
    for position = 1, rawlen(item) do
      local entry = rawget(item, position)
      if entry == nil then break end
      seen[position] = true
      parts[#parts + 1] = written(entry, depth + 1)
    end
    local keys = {}
    for key in next, item do
      if not (math_type(key) == "integer" and seen[key]) then keys[#keys + 1] = key end
    end
    local nulls = room.nulls_of(item)
    for name in next, nulls or {} do
      if rawget(item, name) == nil then keys[#keys + 1] = name end
    end
    table_sort(keys, before)
    for _, key in ipairs(keys) do
      local entry = rawget(item, key)
      if entry == nil then entry = room.null end
      parts[#parts + 1] = key_text(key) .. written(entry, depth + 1)
    end
    open[item] = nil
    if #parts == 0 then return "{}" end
    local line = "{ " .. table_concat(parts, ", ") .. " }"
    if #line + 2 * depth <= WIDEST and not string_find(line, "\n", 1, true) then return line end
    local indent = string_rep("  ", depth + 1)
    return "{\n" .. indent .. table_concat(parts, ",\n" .. indent) .. ",\n" .. string_rep("  ", depth) .. "}"
  end

  return written(value, 0)
end

room.show = show

-- What print writes of a value.
function room.printed(value)
  if type(value) == "table" and not speaks(value) then return show(value) end
  return tostring(value)
end
