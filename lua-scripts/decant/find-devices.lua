-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Wants links between each Decant node and the device that stands for it (decant.device.of): what applications play to
-- the sink goes into the node, and what the node plays comes out of the source.

local channels = require("decant-channels")
local plan = require("decant-plan")

local property = "decant.device.of"

local function node_of(device)
  for _, node in ipairs(plan.nodes) do
    if node.short_name == device.device_of then
      return node
    end
  end
end

local function want(outputs, inputs, node)
  for _, pair in ipairs(channels.pair(outputs, inputs)) do
    plan.want(pair.output, pair.input, node, property, node.short_name)
  end
end

SimpleEventHook {
  name = "decant/find-devices",
  after = "decant/find-output-targets",
  before = "decant/drop-loops",
  interests = {
    EventInterest {
      Constraint { "event.type", "=", "decant-rescan" },
    },
  },
  execute = function()
    for _, device in ipairs(plan.nodes) do
      local node = device.device_of and node_of(device)
      if node and node.complete and device.complete then
        if device.media_class:find("Sink", 1, true) then
          want(device.monitor_out, node.audio_in, node)
        else
          want(node.audio_out, device.audio_in, node)
        end
      end
    end
  end,
}:register()
