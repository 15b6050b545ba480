-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Begins a rescan: takes a picture of the session's nodes and ports.

local graph = require("decant-graph")
local names = require("decant-names")
local plan = require("decant-plan")
local report = require("decant-report")

SimpleEventHook {
  name = "decant/collect-graph",
  interests = {
    EventInterest {
      Constraint { "event.type", "=", "decant-rescan" },
    },
  },
  execute = function(event)
    report.begin_round()
    plan.begin(graph.read(event:get_source()))

    local texts = {}
    for _, node in ipairs(plan.nodes) do
      texts[node.midi_from or ""] = true
      texts[node.output_to or ""] = true
      texts[node.input_from or ""] = true
      if node.short_name and not node.complete then
        report.info(node.name .. ": waits for its ports")
      end
    end
    names.keep_only(texts)
  end,
}:register()
