-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Schedules a rescan whenever something changed that links may depend on.

local plan = require("decant-plan")

SimpleEventHook {
  name = "decant/rescan-trigger",
  interests = {
    EventInterest {
      Constraint { "event.type", "c", "node-added", "node-removed", "port-added", "port-removed" },
    },
    EventInterest {
      Constraint { "event.type", "=", "metadata-changed" },
      Constraint { "metadata.name", "=", "default" },
      Constraint { "event.subject.key", "c", "default.audio.sink", "default.audio.source" },
    },
  },
  execute = function(event)
    plan.schedule(event:get_source())
  end,
}:register()

local function rescan()
  local source = Plugin.find("standard-event-source")
  if source then
    plan.schedule(source)
  end
end

Settings.subscribe("decant.linking.enabled", rescan)
Settings.subscribe("decant.linking.remember", rescan)
