-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- What the hooks of one rescan hand to each other: the graph as it is, and the links that there should be.
-- One rescan answers for all the changes that came before it.

local plan = {
  nodes = {},  -- as decant-graph gives them
  wanted = {}, -- by key: { output, input, because }
  held = {},   -- ids of nodes whose links stay as they are, because what they should be cannot be told now
}

-- Serial numbers: PipeWire gives the id of a port that is gone to the next one.
function plan.key(output, input)
  return output.serial .. ">" .. input.serial
end

-- As people and pw-link name a port.
function plan.path(port)
  return port.node.name .. ":" .. port.name
end

-- What asks for a link, whichever incarnation of its node does.
function plan.reason(link)
  local reasons = {}
  for _, because in ipairs(link.because) do
    table.insert(reasons, (because:gsub("^%S* ", "")))
  end
  table.sort(reasons)
  return table.concat(reasons, " and ")
end

local scheduled = false

function plan.schedule(source)
  if not scheduled and Settings.get_boolean("decant.linking.enabled") then
    scheduled = true
    source:call("push-event", "decant-rescan", nil, nil)
  end
end

function plan.begin(nodes)
  scheduled = false
  plan.nodes = nodes
  plan.wanted = {}
  plan.held = {}
end

function plan.hold(node)
  plan.held[node.id] = true
end

-- Whether the last rescan wanted a link between two ports, given by their ids.
function plan.wants(output_id, input_id)
  for _, link in pairs(plan.wanted) do
    if link.output.id == output_id and link.input.id == input_id then
      return true
    end
  end
  return false
end

-- Whether nothing can be said about the links of a node.
function plan.is_open(node)
  return plan.held[node.id] or not node.complete
end

-- `property` of `node` asks for a link.
function plan.want(output, input, node, property, text)
  local key = plan.key(output, input)
  local link = plan.wanted[key]
  if not link then
    link = { output = output, input = input, because = {} }
    plan.wanted[key] = link
  end
  table.insert(link.because, node.serial .. " " .. property .. " " .. text)
end

return plan
