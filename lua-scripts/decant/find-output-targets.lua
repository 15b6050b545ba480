-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Wants links from the outputs of each Decant node to the inputs of what its decant.output.to names: audio to audio,
-- and MIDI to the first MIDI input of a target that has one.

local channels = require("decant-channels")
local graph = require("decant-graph")
local plan = require("decant-plan")
local report = require("decant-report")
local wishes = require("decant-wishes")

local wish = {
  property = "decant.output.to",
  field = "output_to",
  needed = "outputs",
  sought = "a fitting input",
}

function wish.fits(node)
  return #node.audio_out > 0 or #node.midi_out > 0
end

function wish.want(node, target, selected)
  if not target.complete then
    return false
  end
  local pairs_of_ports = channels.pair(node.audio_out, selected(target, target.audio_in))
  local midi_input = selected(target, target.midi_in)[1]
  for _, output in ipairs(midi_input and node.midi_out or {}) do
    table.insert(pairs_of_ports, { output = output, input = midi_input })
  end
  return wishes.want_pairs(wish, node, pairs_of_ports)
end

function wish.want_default(node, event_source)
  local sink = graph.default_node(event_source, plan.nodes, "sink")
  if sink and sink.complete then
    wish.want(node, sink, wishes.all)
    return
  end
  -- The default is unknown for a moment when WirePlumber starts: playing on is better than a gap.
  plan.hold(node)
  report.notice(node.name .. ": there is no default audio sink to play to; its links stay as they are")
end

wishes.register(wish, {
  name = "decant/find-output-targets",
  after = "decant/find-midi-sources",
})
