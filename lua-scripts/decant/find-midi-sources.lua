-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Wants a link to the MIDI input of each Decant node from every MIDI output that its decant.midi.from names.

local names = require("decant-names")
local plan = require("decant-plan")
local report = require("decant-report")

local property = "decant.midi.from"

local function want_links_from(name, node, input)
  local selected = names.selector(name, plan.nodes)
  local found = false
  for _, source in ipairs(plan.nodes) do
    -- A node plays itself only if its own name says so, and drop-loops has a word about that.
    local itself = source == node and name.is_regex
    for _, output in ipairs(itself and {} or selected(source, source.midi_out)) do
      found = true
      plan.want(output, input, node, property, node.midi_from)
    end
  end
  if not found then
    report.info(node.name .. ": nothing with a MIDI output is called " .. name.text .. " yet")
  end
end

SimpleEventHook {
  name = "decant/find-midi-sources",
  after = "decant/collect-graph",
  interests = {
    EventInterest {
      Constraint { "event.type", "=", "decant-rescan" },
    },
  },
  execute = function()
    for _, node in ipairs(plan.nodes) do
      if node.midi_from and node.complete then
        local list, faults = names.parse(node.midi_from)
        for _, fault in ipairs(faults) do
          report.warning(node.name .. ": " .. property .. " " .. fault)
        end
        local input = node.midi_in[1]
        if #list > 0 and not input then
          report.notice(node.name .. ": " .. property .. " is set, but the node has no MIDI input")
        end
        for _, name in ipairs(input and list or {}) do
          want_links_from(name, node, input)
        end
      end
    end
  end,
}:register()
