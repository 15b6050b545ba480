-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The names in decant.midi.from and decant.output.to, and what they match.
--
-- A name that begins with "~" is a regular expression, in the dialect of PipeWire's own match rules (POSIX extended,
-- found anywhere in the text). Lua has none and the sandbox lets none in, so PipeWire's own matcher is asked.

local names = {}

local function regex_found(regex, text)
  local found = false
  local rules = Json.Array { Json.Object {
    matches = Json.Array { Json.Object { text = "~" .. regex } },
    actions = Json.Object { found = true },
  } }
  JsonUtils.match_rules(rules, { text = text }, function()
    found = true
    return true
  end)
  return found
end

-- An invalid expression never matches; this one always does unless its second half is invalid.
local function is_valid(regex)
  return regex_found("^x$|" .. regex, "x")
end

-- Compiling an expression costs microseconds, a rescan asks the same questions again and again.
local memory_limit = 1000

local function remember(predicate)
  local answers, count = {}, 0
  return function(text)
    local answer = answers[text]
    if answer == nil then
      if count == memory_limit then
        answers, count = {}, 0
      end
      answer = predicate(text)
      answers[text] = answer
      count = count + 1
    end
    return answer
  end
end

local function compile(text)
  if text:sub(1, 1) ~= "~" then
    return { text = text, found_in = function(candidate) return candidate == text end }
  end
  local regex = text:sub(2)
  if regex == "" or not is_valid(regex) then
    return nil
  end
  -- In parentheses an expression that begins with a quote or is called null means itself.
  return {
    text = text,
    is_regex = true,
    found_in = remember(function(candidate) return regex_found("(" .. regex .. ")", candidate) end),
  }
end

local function quoted(text)
  return #text > 200 and text:sub(1, 200) .. "..." or text
end

-- WirePlumber's parser recurses on the C stack for nested containers and forgives what is not closed. The text is a
-- stranger's, so it must be one flat list when its strings are taken out.
local function is_flat_list(text)
  local skeleton = text:gsub("\\.", ""):gsub('"[^"]*"', "")
  return skeleton:find('^%s*%[[^%[%]{}"]*%]%s*$') ~= nil
end

local function parse(text)
  if not is_flat_list(text) then
    return {}, { "is not a list of names: " .. quoted(text) .. '; write it as [ "first", "second" ]' }
  end

  local list, faults = {}, {}
  for _, element in pairs(Json.Raw(text):parse()) do
    local name = type(element) == "string" and element ~= "" and compile(element)
    if name then
      table.insert(list, name)
    elseif type(element) == "string" and element:sub(1, 1) == "~" then
      table.insert(faults, 'has a regular expression that does not compile or is too long: "' .. quoted(element) .. '"')
    else
      table.insert(faults, "has something that is not a name in its list: " .. quoted(text))
    end
  end
  return list, faults
end

local parsed = {}

-- The names that a property lists, and sentences about those that cannot be used.
function names.parse(text)
  if not parsed[text] then
    local list, faults = parse(text)
    parsed[text] = { list = list, faults = faults }
  end
  return parsed[text].list, parsed[text].faults
end

-- Forgets the properties that no node has any more.
function names.keep_only(texts)
  for text in pairs(parsed) do
    if not texts[text] then
      parsed[text] = nil
    end
  end
end

local function matches_node(name, node)
  return name.found_in(node.name) or name.found_in(node.description) or name.found_in(node.nick)
end

local function matches_port(name, port)
  return name.found_in(port.alias) or name.found_in(port.node.name .. ":" .. port.name)
end

local function has_short_name(nodes, text)
  for _, node in ipairs(nodes) do
    if node.short_name == text then
      return true
    end
  end
  return false
end

-- What a name means: a function that tells for a node and a list of its ports which of them are meant.
-- The short name of a Decant node comes before the full name of any other node.
function names.selector(name, nodes)
  if has_short_name(nodes, name.text) then
    return function(node, ports)
      return node.short_name == name.text and ports or {}
    end
  end
  return function(node, ports)
    if matches_node(name, node) then
      return ports
    end
    local selected = {}
    for _, port in ipairs(ports) do
      if matches_port(name, port) then
        table.insert(selected, port)
      end
    end
    return selected
  end
end

return names
