-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Makes the session agree with the plan, and with the user.
--
-- Each wanted link is made once. If it is gone later, the user cut it, and it stays cut until it is wanted anew: one of
-- its ports came back, or the configuration that asks for it changed. A link that is there already counts as made.
-- Only links with our mark are ever removed. They outlive WirePlumber, whose restart is then not heard.

local plan = require("decant-plan")
local log = Log.open_topic("s-decant")

local mark = "decant.link"

local settled = {} -- by key: what asked for the link when it was made
local making = {}  -- by key: true until PipeWire has answered
local doomed = {}  -- by serial: links that we have asked PipeWire to remove
local refused = {} -- by key: how often in a row PipeWire has not made it

-- The links that we made, by number, until PipeWire has removed them. WirePlumber sees such a link only as long as
-- somebody holds it, and one that comes when nobody wants it any more has to be seen to be removed.
local held = {} -- luacheck: ignore 241 (kept, not read)
local made = 0

-- A link may be refused because an earlier one between the same ports is just going; that passes.
local most_refusals = 3

local function describe(output, input)
  return output.node.name .. ":" .. output.name .. " -> " .. input.node.name .. ":" .. input.name
end

local function signature(link)
  table.sort(link.because)
  return table.concat(link.because, "\n")
end

local function links_of(source)
  return source:call("get-object-manager", "link")
end

local function exists(links, output, input)
  for proxy in links:iterate {
    Constraint { "link.output.port", "=", tostring(output.id), type = "pw" },
    Constraint { "link.input.port", "=", tostring(input.id), type = "pw" },
  } do
    if not doomed[proxy.properties["object.serial"]] then
      return true
    end
  end
  return false
end

local function make(key, output, input, source)
  local link = Link("link-factory", {
    ["link.output.node"] = tostring(output.node.id),
    ["link.output.port"] = tostring(output.id),
    ["link.input.node"] = tostring(input.node.id),
    ["link.input.port"] = tostring(input.id),
    ["object.linger"] = "true",
    [mark] = "true",
  })
  made = made + 1
  local number = made
  held[number] = link
  link:connect("pw-proxy-destroyed", function()
    held[number] = nil
  end)
  making[key] = true
  local description = describe(output, input)
  log:info("link " .. description)
  link:activate(Feature.Proxy.BOUND, function(_, fault)
    making[key] = nil
    if not fault then
      refused[key] = nil
      return
    end
    held[number] = nil
    refused[key] = (refused[key] or 0) + 1
    if refused[key] < most_refusals then
      settled[key] = nil
      plan.schedule(source)
    else
      log:warning("cannot link " .. description .. ": " .. tostring(fault))
    end
  end)
end

local function ports_by_id()
  local ports = {}
  for _, node in ipairs(plan.nodes) do
    for _, list in ipairs { node.audio_in, node.audio_out, node.midi_in, node.midi_out, node.monitor_out } do
      for _, port in ipairs(list) do
        ports[port.id] = port
      end
    end
  end
  return ports
end

-- Whether a link of ours is to go; what cannot be told now may stay.
local function is_unwanted(output, input)
  return output and input and not plan.wanted[plan.key(output, input)] and
    not plan.is_open(output.node) and not plan.is_open(input.node)
end

local function remove_unwanted(links)
  local ports = ports_by_id()
  local still_doomed, unwanted = {}, {}
  for proxy in links:iterate { Constraint { mark, "=", "true", type = "pw" } } do
    local properties = proxy.properties
    local serial = properties["object.serial"]
    local output = ports[tonumber(properties["link.output.port"])]
    local input = ports[tonumber(properties["link.input.port"])]
    if doomed[serial] then
      still_doomed[serial] = true
    elseif is_unwanted(output, input) then
      still_doomed[serial] = true
      log:info("unlink " .. describe(output, input))
      table.insert(unwanted, proxy)
    end
  end
  doomed = still_doomed
  -- Not above: it would take the link out of the list that is gone through.
  for _, proxy in ipairs(unwanted) do
    proxy:request_destroy()
  end
end

local function make_wanted(links, source)
  for key, link in pairs(plan.wanted) do
    local reason = signature(link)
    if settled[key] ~= reason then
      settled[key] = reason
      if not making[key] and not exists(links, link.output, link.input) then
        make(key, link.output, link.input, source)
      end
    end
  end
end

-- Keys of ports that are gone never come back, and what nobody wants may be wanted anew.
local function forget_unwanted()
  local open = {}
  for _, node in ipairs(plan.nodes) do
    if plan.is_open(node) then
      for _, list in ipairs { node.audio_in, node.audio_out, node.midi_in, node.midi_out, node.monitor_out } do
        for _, port in ipairs(list) do
          open[port.serial] = true
        end
      end
    end
  end
  for key in pairs(settled) do
    local output, input = key:match("^(.*)>(.*)$")
    if not plan.wanted[key] and not open[output] and not open[input] then
      settled[key] = nil
      refused[key] = nil
    end
  end
end

SimpleEventHook {
  name = "decant/apply-links",
  after = "decant/recall-links",
  interests = {
    EventInterest {
      Constraint { "event.type", "=", "decant-rescan" },
    },
  },
  execute = function(event)
    local links = links_of(event:get_source())
    remove_unwanted(links)
    make_wanted(links, event:get_source())
    forget_unwanted()
  end,
}:register()
