-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Wants links to the audio inputs of each Decant node from the outputs of what its decant.input.from names.

local channels = require("decant-channels")
local graph = require("decant-graph")
local plan = require("decant-plan")
local report = require("decant-report")
local wishes = require("decant-wishes")

local wish = {
  property = "decant.input.from",
  field = "input_from",
  needed = "audio inputs",
  sought = "a fitting output",
}

function wish.fits(node)
  return #node.audio_in > 0
end

function wish.want(node, source, selected)
  return source.complete and
    wishes.want_pairs(wish, node, channels.pair(selected(source, source.audio_out), node.audio_in))
end

function wish.want_default(node, event_source)
  local source = graph.default_node(event_source, plan.nodes, "source")
  if source and source.complete then
    wish.want(node, source, wishes.all)
  else
    plan.hold(node)
    report.notice(node.name .. ": there is no default audio source to hear; its links stay as they are")
  end
end

wishes.register(wish, {
  name = "decant/find-input-sources",
  after = "decant/find-midi-sources",
  before = "decant/find-output-targets",
})
