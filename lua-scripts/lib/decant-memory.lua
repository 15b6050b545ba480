-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What the user did to links, by the names of their ports ("node:port"), in WirePlumber's state: it outlives Decant,
-- WirePlumber and PipeWire.
--
--   made  links that the user made
--   cut   links that the configuration asks for and the user cut, with what asked for them

local memory = {}

local state = State("decant-links")
local entries

local function load()
  entries = entries or state:load()
  return entries
end

local function enabled()
  return Settings.get_boolean("decant.linking.remember")
end

local function key(kind, output, input)
  return kind .. " " .. output .. " > " .. input
end

local function set(name, value)
  if load()[name] ~= value then
    entries[name] = value
    state:save_after_timeout(entries)
  end
end

function memory.note_made(output, input)
  if enabled() then
    set(key("made", output, input), "true")
  end
end

function memory.note_cut(output, input, because)
  if enabled() then
    set(key("cut", output, input), because)
  end
end

function memory.forget_made(output, input)
  set(key("made", output, input), nil)
end

function memory.forget_cut(output, input)
  set(key("cut", output, input), nil)
end

function memory.is_made(output, input)
  return enabled() and load()[key("made", output, input)] ~= nil
end

-- What asked for the link when it was cut, or nil.
function memory.cut(output, input)
  return enabled() and load()[key("cut", output, input)] or nil
end

-- A list of { output, input }.
function memory.all_made()
  local list = {}
  for name in pairs(enabled() and load() or {}) do
    local output, input = name:match("^made (.-) > (.*)$")
    if output then
      table.insert(list, { output = output, input = input })
    end
  end
  return list
end

return memory
