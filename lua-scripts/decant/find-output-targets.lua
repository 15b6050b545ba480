-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Wants links from the outputs of each Decant node to the inputs of what its decant.output.to names: audio to audio,
-- and MIDI to the first MIDI input of a target that has one.

local channels = require("decant-channels")
local graph = require("decant-graph")
local names = require("decant-names")
local plan = require("decant-plan")
local report = require("decant-report")

local property = "decant.output.to"

local function want_links_to(target, selected, node)
  local found = false
  for _, pair in ipairs(channels.pair(node.audio_out, selected(target, target.audio_in))) do
    found = true
    plan.want(pair.output, pair.input, node, property, node.output_to)
  end
  local midi_input = selected(target, target.midi_in)[1]
  for _, output in ipairs(midi_input and node.midi_out or {}) do
    found = true
    plan.want(output, midi_input, node, property, node.output_to)
  end
  return found
end

local function want_links_to_name(name, node)
  local selected = names.selector(name, plan.nodes)
  local found = false
  for _, target in ipairs(plan.nodes) do
    if target.complete and not (target == node and name.is_regex) then
      found = want_links_to(target, selected, node) or found
    end
  end
  if not found then
    report.info(node.name .. ": nothing with a fitting input is called " .. name.text .. " yet")
  end
end

local function all(_, ports)
  return ports
end

local function want_links_to_default(node, sink)
  if sink and sink.complete then
    want_links_to(sink, all, node)
    return
  end
  -- The default is unknown for a moment when WirePlumber starts: playing on is better than a gap.
  plan.hold(node)
  report.notice(node.name .. ": there is no default audio sink to play to; its links stay as they are")
end

SimpleEventHook {
  name = "decant/find-output-targets",
  after = "decant/find-midi-sources",
  interests = {
    EventInterest {
      Constraint { "event.type", "=", "decant-rescan" },
    },
  },
  execute = function(event)
    local sink = graph.default_node(event:get_source(), plan.nodes, "sink")
    for _, node in ipairs(plan.nodes) do
      if node.output_to and node.complete then
        local list, faults = names.parse(node.output_to)
        for _, fault in ipairs(faults) do
          report.warning(node.name .. ": " .. property .. " " .. fault)
        end
        local silent = #node.audio_out == 0 and #node.midi_out == 0
        if #list > 0 and silent then
          report.notice(node.name .. ": " .. property .. " is set, but the node has no outputs")
        end
        for _, name in ipairs(silent and {} or list) do
          if name.text == "default" then
            want_links_to_default(node, sink)
          else
            want_links_to_name(name, node)
          end
        end
      end
    end
  end,
}:register()
