-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Schedules a rescan when a link of ours comes that nobody wants any more: one that took its time, or one that an
-- earlier WirePlumber left.

local plan = require("decant-plan")

SimpleEventHook {
  name = "decant/watch-link",
  interests = {
    EventInterest {
      Constraint { "event.type", "=", "link-added" },
      Constraint { "decant.link", "=", "true" },
    },
  },
  execute = function(event)
    local properties = event:get_subject().properties
    local output_id = tonumber(properties["link.output.port"])
    local input_id = tonumber(properties["link.input.port"])
    if not plan.wants(output_id, input_id) then
      plan.schedule(event:get_source())
    end
  end,
}:register()
