-- JSON for the other chunks and for scripts: a null is told from what is absent, an empty array from an empty object.
local room = ...

local ipairs, next, rawget, rawlen, select, setmetatable = ipairs, next, rawget, rawlen, select, setmetatable
local tonumber, tostring, type = tonumber, tostring, type
local metatable_of = debug.getmetatable
local math_huge, math_type = math.huge, math.type
local string_byte, string_char, string_find, string_format = string.byte, string.char, string.find, string.format
local string_gsub, string_match, string_sub = string.gsub, string.match, string.sub
local table_concat, table_sort = table.concat, table.sort
local utf8_char, utf8_len = utf8.char, utf8.len

local DEEPEST = 100

-- The null that is sent, and that json.decode gives back.
local null = setmetatable({}, {
  __metatable = false,
  __name = "null",
  __tostring = function() return "null" end,
  __newindex = function() room.fail("bad_value", "null has no fields", "compare with json.null first") end,
})

-- What was an array stays one, also when it is empty.
local ARRAY = { __metatable = false }
-- In what Cal.com answers, a null field reads as nil, so that `field or "none"` works; the shape remembers that it was
-- there. Records of the same kind share their shape.
local NULLS = {}
local shapes = setmetatable({}, { __mode = "v" })

local function shape_of(names)
  table_sort(names)
  local known = table_concat(names, "\0")
  local shape = shapes[known]
  if not shape then
    local set = {}
    for _, name in ipairs(names) do set[name] = true end
    shape = { __metatable = false, [NULLS] = set }
    shapes[known] = shape
  end
  return shape
end

local function nulls_of(value)
  local shape = metatable_of(value)
  return shape and rawget(shape, NULLS)
end

-- Decoding -----------------------------------------------------------------------------------------------------------

local ESCAPES = { ['"'] = '"', ["\\"] = "\\", ["/"] = "/", b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }

local function broken(at, what)
  room.fail("bad_json", "not JSON: " .. what .. " at byte " .. at, "give json.decode one whole JSON text")
end

local function code_unit(text, at)
  local digits = string_match(text, "^%x%x%x%x", at)
  if not digits then broken(at, "\\u without four hexadecimal digits") end
  return tonumber(digits, 16)
end

local function decode_text(text, at)
  local parts
  while true do
    local stop = string_find(text, '["\\\0-\31]', at)
    if not stop then broken(#text + 1, "a text without its end") end
    local byte = string_byte(text, stop)
    if byte == 34 then
      local piece = string_sub(text, at, stop - 1)
      if parts then
        parts[#parts + 1] = piece
        piece = table_concat(parts)
      end
      return piece, stop + 1
    end
    if byte ~= 92 then broken(stop, "a control character") end
    parts = parts or {}
    parts[#parts + 1] = string_sub(text, at, stop - 1)
    local letter = string_sub(text, stop + 1, stop + 1)
    at = stop + 2
    if letter == "u" then
      local unit = code_unit(text, at)
      at = at + 4
      if unit >= 0xD800 and unit < 0xDC00 and string_sub(text, at, at + 1) == "\\u" then
        local low = code_unit(text, at + 2)
        if low >= 0xDC00 and low < 0xE000 then
          unit = 0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00)
          at = at + 6
        end
      end
      if unit >= 0xD800 and unit < 0xE000 then unit = 0xFFFD end
      parts[#parts + 1] = utf8_char(unit)
    else
      local meant = ESCAPES[letter]
      if not meant then broken(stop, "an unknown escape") end
      parts[#parts + 1] = meant
    end
  end
end

local function decode_number(text, at)
  local digits = string_match(text, "^-?%d+%.?%d*[eE]?[+-]?%d*", at)
  local plain = string_match(digits or "", "^-?(%d+)")
  if not plain or (#plain > 1 and string_byte(plain) == 48) or string_find(digits, "%.%D") or string_find(digits, "%.$") then
    broken(at, "an unexpected character")
  end
  local number = tonumber(digits)
  if not number then broken(at, "a malformed number") end
  return number, at + #digits
end

local LITERALS = { t = { "true", true }, f = { "false", false }, n = { "null", null } }

local function decode(text, answered)
  local value_at

  local function object_at(at, depth)
    local object, nulls = {}, nil
    at = string_find(text, "[^ \n\r\t]", at)
    if at and string_byte(text, at) == 125 then return object, at + 1 end
    while true do
      if not at or string_byte(text, at) ~= 34 then broken(at or #text + 1, "a key is missing") end
      local key, value
      key, at = decode_text(text, at + 1)
      at = string_match(text, "^[ \n\r\t]*:()", at) or broken(at, "a colon is missing")
      value, at = value_at(at, depth)
      if value == null and answered then
        nulls = nulls or {}
        nulls[#nulls + 1] = key
      else
        object[key] = value
      end
      local mark
      mark, at = string_match(text, "^[ \n\r\t]*([,}])[ \n\r\t]*()", at)
      if mark == "}" then break end
      if not mark then broken(#text + 1, "an object without its end") end
    end
    return nulls and setmetatable(object, shape_of(nulls)) or object, at
  end

  local function array_at(at, depth)
    local array, count = setmetatable({}, ARRAY), 0
    local empty = string_match(text, "^[ \n\r\t]*%]()", at)
    if empty then return array, empty end
    while true do
      local value
      value, at = value_at(at, depth)
      count = count + 1
      array[count] = value
      local mark
      mark, at = string_match(text, "^[ \n\r\t]*([,%]])()", at)
      if mark == "]" then return array, at end
      if not mark then broken(#text + 1, "an array without its end") end
    end
  end

  function value_at(at, depth)
    at = string_find(text, "[^ \n\r\t]", at)
    if not at then broken(#text + 1, "a value is missing") end
    if depth > DEEPEST then broken(at, "more than " .. DEEPEST .. " levels") end
    local letter = string_sub(text, at, at)
    if letter == "{" then return object_at(at + 1, depth + 1) end
    if letter == "[" then return array_at(at + 1, depth + 1) end
    if letter == '"' then return decode_text(text, at + 1) end
    local literal = LITERALS[letter]
    if literal and string_sub(text, at, at + #literal[1] - 1) == literal[1] then
      return literal[2], at + #literal[1]
    end
    return decode_number(text, at)
  end

  local value, at = value_at(1, 0)
  local rest = string_find(text, "[^ \n\r\t]", at)
  if rest then broken(rest, "something after the end") end
  return value
end

-- Encoding -----------------------------------------------------------------------------------------------------------

local SHORT = { ['"'] = '\\"', ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function escaped(letter) return SHORT[letter] or string_format("\\u%04x", string_byte(letter)) end

-- What is no UTF-8 has no place in JSON: its bytes become U+FFFD.
local function repaired(text)
  local parts, at = {}, 1
  while at <= #text do
    local _, wrong = utf8_len(text, at)
    parts[#parts + 1] = string_sub(text, at, (wrong or #text + 1) - 1)
    if not wrong then break end
    parts[#parts + 1] = "\xEF\xBF\xBD"
    at = wrong + 1
  end
  return table_concat(parts)
end

local function encode_text(text)
  if not utf8_len(text) then text = repaired(text) end
  return '"' .. string_gsub(text, '[%c"\\]', escaped) .. '"'
end

local function encode_number(number)
  if math_type(number) == "integer" then return string_format("%d", number) end
  if number ~= number or number == math_huge or number == -math_huge then return nil end
  local shortest = string_format("%.15g", number)
  if tonumber(shortest) ~= number then shortest = string_format("%.17g", number) end
  return string_find(shortest, "[.e]") and shortest or shortest .. ".0"
end

-- Whether a table is written as an array, or nil and why it is neither.
local function is_array(value)
  local marked = metatable_of(value) == ARRAY
  local length, keys, texts = rawlen(value), 0, 0
  for key in next, value do
    keys = keys + 1
    if type(key) == "string" then
      texts = texts + 1
    elseif math_type(key) ~= "integer" or key < 1 then
      return nil, "a key is neither a text nor a position"
    end
  end
  if texts == keys and not (marked and keys == 0) then
    if marked and keys > 0 then return nil, "an array has named fields" end
    return false
  end
  if texts > 0 then return nil, "it has positions and named fields" end
  if keys ~= length then return nil, "an array has holes; json.null keeps a place" end
  return true
end

local function sorted_names(value, nulls)
  local names = {}
  for name in next, value do names[#names + 1] = name end
  if nulls then
    for name in next, nulls do
      if rawget(value, name) == nil then names[#names + 1] = name end
    end
  end
  table_sort(names)
  return names
end

local function encode(value, limit)
  local parts, count, size, open = {}, 0, 0, {}
  limit = limit or math_huge

  local function check(more)
    if size + more > limit then
      room.fail("too_large", "a value is larger than " .. limit .. " bytes as JSON", "send or return less of it")
    end
  end

  local function put(text)
    check(#text)
    count = count + 1
    parts[count] = text
    size = size + #text
  end

  local function refuse(path, why)
    room.fail("bad_value", (path == "" and "the value" or string_sub(path, 2)) .. " has no JSON form: " .. why, "use texts, numbers, booleans, json.null and tables of them")
  end

  local function write(item, path, depth)
    local kind = type(item)
    if kind == "string" then
      check(#item)
      put(encode_text(item))
    elseif kind == "number" then
      put(encode_number(item) or refuse(path, "it is " .. tostring(item)))
    elseif kind == "boolean" then
      put(item and "true" or "false")
    elseif item == nil or item == null then
      put("null")
    elseif kind ~= "table" then
      refuse(path, "it is a " .. kind)
    else
      if open[item] then refuse(path, "it contains itself") end
      if depth >= DEEPEST then refuse(path, "it has more than " .. DEEPEST .. " levels") end
      open[item] = true
      local array, why = is_array(item)
      if array == nil then refuse(path, why) end
      if array then
        put("[")
        for position = 1, rawlen(item) do
          if position > 1 then put(",") end
          write(rawget(item, position), path .. "." .. position, depth + 1)
        end
        put("]")
      else
        put("{")
        for position, name in ipairs(sorted_names(item, nulls_of(item))) do
          if position > 1 then put(",") end
          put(encode_text(name))
          put(":")
          write(rawget(item, name), path .. "." .. name, depth + 1)
        end
        put("}")
      end
      open[item] = nil
    end
  end

  write(value, "", 0)
  return table_concat(parts)
end

room.encode, room.decode, room.null = encode, decode, null
room.is_array, room.nulls_of, room.sorted_names = is_array, nulls_of, sorted_names

-- What scripts get.
room.json = {
  null = null,
  encode = function(...)
    if select("#", ...) == 0 then room.fail("bad_argument", "json.encode needs a value", "call json.encode(value)") end
    return encode((...))
  end,
  decode = function(text)
    if type(text) ~= "string" then room.fail("bad_argument", "json.decode needs a text", "call json.decode(text)") end
    return decode(text, false)
  end,
  -- Marks a table as an array, so that an empty one is written as [].
  array = function(items)
    if items ~= nil and type(items) ~= "table" then
      room.fail("bad_argument", "json.array needs a table", "call json.array({ … })")
    end
    if items and metatable_of(items) and metatable_of(items) ~= ARRAY then
      room.fail("bad_argument", "json.array needs a table without a metatable", "copy the items into a new table")
    end
    return setmetatable(items or {}, ARRAY)
  end,
  -- Whether a value, or a field of an answer, is null rather than absent.
  is_null = function(value, name)
    if name == nil then return value == null end
    if type(value) ~= "table" or value == null then return false end
    local field = rawget(value, name)
    if field ~= nil then return field == null end
    local nulls = nulls_of(value)
    return nulls ~= nil and nulls[name] == true
  end,
}
