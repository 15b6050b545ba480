-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Wants links to the audio inputs of each Decant node from the outputs of what its decant.input.from names.

local channels = require("decant-channels")
local graph = require("decant-graph")
local names = require("decant-names")
local plan = require("decant-plan")
local report = require("decant-report")

local property = "decant.input.from"

local function want_links_from(source, selected, node)
  local found = false
  for _, pair in ipairs(channels.pair(selected(source, source.audio_out), node.audio_in)) do
    found = true
    plan.want(pair.output, pair.input, node, property, node.input_from)
  end
  return found
end

local function want_links_from_name(name, node)
  local selected = names.selector(name, plan.nodes)
  local found = false
  for _, source in ipairs(plan.nodes) do
    if source.complete and not (source == node and name.is_regex) then
      found = want_links_from(source, selected, node) or found
    end
  end
  if not found then
    report.info(node.name .. ": nothing with a fitting output is called " .. name.text .. " yet")
  end
end

local function all(_, ports)
  return ports
end

local function want_links_from_default(node, event_source)
  local source = graph.default_node(event_source, plan.nodes, "source")
  if source and source.complete then
    want_links_from(source, all, node)
  else
    plan.hold(node)
    report.notice(node.name .. ": there is no default audio source to hear; its links stay as they are")
  end
end

SimpleEventHook {
  name = "decant/find-input-sources",
  after = "decant/find-midi-sources",
  before = "decant/find-output-targets",
  interests = {
    EventInterest {
      Constraint { "event.type", "=", "decant-rescan" },
    },
  },
  execute = function(event)
    for _, node in ipairs(plan.nodes) do
      if node.input_from and node.complete then
        local list, faults = names.parse(node.input_from)
        for _, fault in ipairs(faults) do
          report.warning(node.name .. ": " .. property .. " " .. fault)
        end
        local deaf = #node.audio_in == 0
        if #list > 0 and deaf then
          report.notice(node.name .. ": " .. property .. " is set, but the node has no audio inputs")
        end
        for _, name in ipairs(deaf and {} or list) do
          if name.text == "default" then
            want_links_from_default(node, event:get_source())
          else
            want_links_from_name(name, node)
          end
        end
      end
    end
  end,
}:register()
