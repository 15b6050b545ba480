-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Takes out of the plan what would feed a Decant node's output back into it. PipeWire would run such a loop, one
-- block late and louder each time.

local plan = require("decant-plan")
local report = require("decant-report")

-- For each node the nodes that it feeds, both in the order of plan.nodes, so that it is always the same link which
-- counts as the one that closes the loop.
local function edges_of(nodes)
  local fed = {}
  for _, link in pairs(plan.wanted) do
    local from, to = link.output.node, link.input.node
    fed[from] = fed[from] or {}
    fed[from][to] = true
  end
  local edges = {}
  for _, node in ipairs(nodes) do
    edges[node] = {}
    for _, target in ipairs(nodes) do
      if fed[node] and fed[node][target] then
        table.insert(edges[node], target)
      end
    end
  end
  return edges
end

local function drop(from, to)
  for key, link in pairs(plan.wanted) do
    if link.output.node == from and link.input.node == to then
      plan.wanted[key] = nil
    end
  end
end

local function describe(path, first)
  local parts = {}
  for i = first, #path do
    table.insert(parts, path[i].short_name)
  end
  table.insert(parts, path[first].short_name)
  return table.concat(parts, " -> ")
end

-- Depth first: an edge to a node on the way here closes a loop.
local function visit(node, edges, path, position, done)
  table.insert(path, node)
  position[node] = #path
  for _, target in ipairs(edges[node]) do
    if position[target] then
      report.warning("a loop: " .. describe(path, position[target]) .. "; " .. node.short_name ..
        " is not linked to " .. target.short_name ..
        ". Take one of them out of the other's output.to or midi.from")
      drop(node, target)
    elseif not done[target] then
      visit(target, edges, path, position, done)
    end
  end
  position[node] = nil
  table.remove(path)
  done[node] = true
end

SimpleEventHook {
  name = "decant/drop-loops",
  after = "decant/find-output-targets",
  interests = {
    EventInterest {
      Constraint { "event.type", "=", "decant-rescan" },
    },
  },
  execute = function()
    local nodes = {}
    for _, node in ipairs(plan.nodes) do
      if node.short_name then
        table.insert(nodes, node)
      end
    end
    local edges, done = edges_of(nodes), {}
    for _, node in ipairs(nodes) do
      if not done[node] then
        visit(node, edges, {}, {}, done)
      end
    end
  end,
}:register()
