-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Adds what the user linked to the plan, and takes out of it what the user cut, unless the configuration that asked
-- for it has changed since.

local memory = require("decant-memory")
local plan = require("decant-plan")

local function recall_made()
  local made = memory.all_made()
  if #made == 0 then
    return
  end
  local outputs, inputs = {}, {}
  for _, node in ipairs(plan.nodes) do
    for _, list in ipairs { node.audio_out, node.midi_out, node.monitor_out } do
      for _, port in ipairs(list) do
        outputs[plan.path(port)] = port
      end
    end
    for _, list in ipairs { node.audio_in, node.midi_in } do
      for _, port in ipairs(list) do
        inputs[plan.path(port)] = port
      end
    end
  end
  for _, link in ipairs(made) do
    local output, input = outputs[link.output], inputs[link.input]
    if output and input and output.node.complete and input.node.complete then
      plan.want(output, input, output.node.short_name and output.node or input.node, "user", input.serial)
    end
  end
end

local function leave_out_cut()
  for key, link in pairs(plan.wanted) do
    local output, input = plan.path(link.output), plan.path(link.input)
    local because = memory.cut(output, input)
    if because == plan.reason(link) then
      plan.wanted[key] = nil
    elseif because then
      memory.forget_cut(output, input)
    end
  end
end

SimpleEventHook {
  name = "decant/recall-links",
  after = "decant/drop-loops",
  interests = {
    EventInterest {
      Constraint { "event.type", "=", "decant-rescan" },
    },
  },
  execute = function()
    leave_out_cut()
    recall_made()
  end,
}:register()
