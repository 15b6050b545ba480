-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Tells people about a condition when it begins, and keeps quiet while it lasts.

local log = Log.open_topic("s-decant")

local report = {}

local before = {}
local now = {}

-- Every rescan states all conditions anew; what it does not repeat is over.
function report.begin_round()
  before, now = now, {}
end

local function say(level, message)
  if not before[message] and not now[message] then
    log[level](log, message)
  end
  now[message] = true
end

-- Something is wrong in the configuration; the message names the remedy.
function report.warning(message)
  say("warning", message)
end

-- Something is missing that people expect to be there.
function report.notice(message)
  say("notice", message)
end

-- Something is not there yet, which is no fault: a keyboard that is not plugged in.
function report.info(message)
  say("info", message)
end

return report
