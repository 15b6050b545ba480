-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later

std = "lua54"
max_line_length = 120

-- What WirePlumber 0.5 exports into the sandbox of a script.
read_globals = {
  "Constraint", "Core", "EventInterest", "Feature", "Json", "JsonUtils", "Link", "Log", "Plugin", "Settings",
  "SimpleEventHook", "State",
}
