-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Schedules a rescan when a Decant node is configured anew: its properties are its configuration, and a change of
-- them is no event of its own.

local plan = require("decant-plan")

SimpleEventHook {
  name = "decant/watch-node",
  interests = {
    EventInterest {
      Constraint { "event.type", "=", "node-added" },
      Constraint { "node.name", "#", "decant.*" },
    },
  },
  execute = function(event)
    local source = event:get_source()
    event:get_subject():connect("notify::properties", function()
      plan.schedule(source)
    end)
  end,
}:register()
