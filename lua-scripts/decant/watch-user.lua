-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Remembers links of Decant nodes that somebody else makes, and those that somebody cuts. A link also goes when one of
-- its nodes does: it was cut only if both its ports are still there some time later.

local memory = require("decant-memory")
local plan = require("decant-plan")
local log = Log.open_topic("s-decant")

local patience = 1000 -- ms

local function object(source, manager, id)
  return source:call("get-object-manager", manager):lookup {
    Constraint { "bound-id", "=", id, type = "gobject" },
  }
end

-- A port of a link: { path, serial, ours }, or nil if it is gone.
local function describe(source, id)
  local port = id and object(source, "port", id)
  local node = port and object(source, "node", tonumber(port.properties["node.id"]))
  if not node then
    return nil
  end
  local name = node.properties["node.name"] or ""
  return {
    id = id,
    path = name .. ":" .. (port.properties["port.name"] or ""),
    serial = port.properties["object.serial"],
    ours = name:find("decant.", 1, true) == 1,
  }
end

-- `properties` are the event's: a link that is gone has none any more.
local function ends_of(source, properties)
  local output = describe(source, tonumber(properties["link.output.port"]))
  local input = describe(source, tonumber(properties["link.input.port"]))
  if output and input and (output.ours or input.ours) then
    return output, input
  end
end

local function still_there(source, port)
  local now = describe(source, port.id)
  return now and now.serial == port.serial
end

local function is_linked(source, output, input)
  return source:call("get-object-manager", "link"):lookup {
    Constraint { "link.output.port", "=", tostring(output.id), type = "pw" },
    Constraint { "link.input.port", "=", tostring(input.id), type = "pw" },
  } ~= nil
end

local function note_cut(source, output, input)
  if not still_there(source, output) or not still_there(source, input) or is_linked(source, output, input) then
    return
  end
  local wanted = plan.wanted[plan.key(output, input)]
  if memory.is_made(output.path, input.path) then
    log:info("the user took back " .. output.path .. " -> " .. input.path)
    memory.forget_made(output.path, input.path)
    plan.schedule(source)
  elseif wanted then
    log:info("the user cut " .. output.path .. " -> " .. input.path)
    memory.note_cut(output.path, input.path, plan.reason(wanted))
  end
end

SimpleEventHook {
  name = "decant/watch-user-link",
  interests = {
    EventInterest {
      Constraint { "event.type", "=", "link-added" },
    },
  },
  execute = function(event)
    local source, properties = event:get_source(), event:get_subject().properties
    local output, input = ends_of(source, properties)
    if not output or properties["decant.link"] == "true" then
      return
    end
    memory.forget_cut(output.path, input.path)
    if not plan.wanted[plan.key(output, input)] then
      memory.note_made(output.path, input.path)
    end
  end,
}:register()

SimpleEventHook {
  name = "decant/watch-user-cut",
  interests = {
    EventInterest {
      Constraint { "event.type", "=", "link-removed" },
    },
  },
  execute = function(event)
    local source = event:get_source()
    local output, input = ends_of(source, event:get_properties())
    if output then
      Core.timeout_add(patience, function()
        note_cut(source, output, input)
        return false
      end)
    end
  end,
}:register()
