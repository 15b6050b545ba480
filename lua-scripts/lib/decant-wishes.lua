-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Goes through the names that a property of the nodes lists, and wants links to what has such a name.

local names = require("decant-names")
local plan = require("decant-plan")
local report = require("decant-report")

local wishes = {}

local function follow_name(wish, node, name)
  local selected = names.selector(name, plan.nodes)
  local found = false
  for _, peer in ipairs(plan.nodes) do
    -- A node plays itself only if its own name says so, and drop-loops has a word about that.
    if not (peer == node and name.is_regex) then
      found = wish.want(node, peer, selected) or found
    end
  end
  if not found then
    report.info(node.name .. ": nothing with " .. wish.sought .. " is called " .. name.text .. " yet")
  end
end

local function follow(wish, node, event_source)
  local list, faults = names.parse(node[wish.field])
  for _, fault in ipairs(faults) do
    report.warning(node.name .. ": " .. wish.property .. " " .. fault)
  end
  local fits = wish.fits(node)
  if #list > 0 and not fits then
    report.notice(node.name .. ": " .. wish.property .. " is set, but the node has no " .. wish.needed)
  end
  for _, name in ipairs(fits and list or {}) do
    if wish.want_default and name.text == "default" then
      wish.want_default(node, event_source)
    else
      follow_name(wish, node, name)
    end
  end
end

-- All ports, in the place of a selector's answer.
function wishes.all(_, ports)
  return ports
end

-- Wants links from each output to its input in a list of pairs; whether there are any.
function wishes.want_pairs(wish, node, pairs_of_ports)
  for _, pair in ipairs(pairs_of_ports) do
    plan.want(pair.output, pair.input, node, wish.property, node[wish.field])
  end
  return #pairs_of_ports > 0
end

-- Makes a hook, named and placed as `hook` says, that follows a property in each rescan. A wish has:
--   property      its name, and `field`, where a node has its text
--   fits(node)    whether the node has the ports for it, which are called `needed`
--   want(node, peer, selected)
--                 wants links with the ports of `peer` that are selected, and tells whether there are any; what it
--                 looks for is called `sought`
--   want_default(node, event_source)
--                 does the same for the name "default", if that means anything
function wishes.register(wish, hook)
  hook.interests = {
    EventInterest {
      Constraint { "event.type", "=", "decant-rescan" },
    },
  }
  hook.execute = function(event)
    for _, node in ipairs(plan.nodes) do
      if node[wish.field] and node.complete then
        follow(wish, node, event:get_source())
      end
    end
  end
  SimpleEventHook(hook):register()
end

return wishes
