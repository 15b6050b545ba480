-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- The nodes and ports of the session at one moment, as plain tables:
--
--   node = { id, serial, name, description, nick,
--            short_name   what comes after "decant." in the name, nil for other nodes
--            midi_from, output_to, input_from   a Decant node's properties decant.midi.from and so on, nil if absent
--            device_of    the short name of the Decant node that this device stands for, nil for other nodes
--            media_class, priority
--            complete     whether all the ports that the node came with are known
--            audio_in, audio_out, midi_in, midi_out   ports in their order, without monitor ports
--            monitor_out   what a sink plays, for whoever listens }
--   port = { id, serial, node, name, alias, channel, order }

local graph = {}

-- By serial: nodes that were complete once. They are not counted again, because PipeWire tells the number of a node's
-- ports late when it changes.
local completed = {}

local prefix = "decant."

local function short_name(name)
  if name:sub(1, #prefix) == prefix then
    return name:sub(#prefix + 1)
  end
end

local function describe_node(proxy)
  local properties = proxy.properties
  local name = properties["node.name"] or ""
  local short = short_name(name)
  return {
    id = proxy["bound-id"],
    serial = properties["object.serial"] or "",
    name = name,
    description = properties["node.description"] or "",
    nick = properties["node.nick"] or "",
    short_name = short,
    midi_from = short and properties["decant.midi.from"],
    output_to = short and properties["decant.output.to"],
    input_from = short and properties["decant.input.from"],
    device_of = properties["decant.device.of"],
    media_class = properties["media.class"] or "",
    priority = tonumber(properties["priority.session"]) or 0,
    missing_ports = proxy:get_n_input_ports() + proxy:get_n_output_ports(),
    audio_in = {},
    audio_out = {},
    midi_in = {},
    midi_out = {},
    monitor_out = {},
  }
end

local function kind_of(properties)
  local format = properties["format.dsp"] or ""
  if format:find("float mono audio", 1, true) then
    return "audio"
  elseif format:find("midi", 1, true) or format:find("UMP", 1, true) then
    return "midi"
  end
end

local function add_port(node, proxy)
  local properties = proxy.properties
  node.missing_ports = node.missing_ports - 1

  local kind = kind_of(properties)
  if not kind then
    return
  end
  local direction = properties["port.direction"] == "in" and "_in" or "_out"
  -- What a virtual source gives is the monitor of what goes into it.
  local monitor = properties["port.monitor"] == "true" and not node.media_class:find("^Audio/Source")
  local list = monitor and "monitor_out" or kind .. direction
  table.insert(node[list], {
    id = proxy["bound-id"],
    serial = properties["object.serial"] or "",
    node = node,
    name = properties["port.name"] or "",
    alias = properties["port.alias"] or "",
    channel = properties["audio.channel"] or "",
    order = tonumber(properties["port.id"]) or 0,
  })
end

local function by_order(a, b)
  return a.order < b.order
end

-- A list of nodes, sorted by name so that every run decides alike.
function graph.read(source)
  local nodes, by_id = {}, {}
  for proxy in source:call("get-object-manager", "node"):iterate() do
    local node = describe_node(proxy)
    by_id[node.id] = node
    table.insert(nodes, node)
  end
  for proxy in source:call("get-object-manager", "port"):iterate() do
    local node = by_id[tonumber(proxy.properties["node.id"])]
    if node then
      add_port(node, proxy)
    end
  end
  local still_completed = {}
  for _, node in ipairs(nodes) do
    node.complete = completed[node.serial] or node.missing_ports <= 0
    still_completed[node.serial] = node.complete
    for _, ports in ipairs { node.audio_in, node.audio_out, node.midi_in, node.midi_out, node.monitor_out } do
      table.sort(ports, by_order)
    end
  end
  completed = still_completed
  table.sort(nodes, function(a, b)
    if a.name ~= b.name then
      return a.name < b.name
    end
    return a.id < b.id
  end)
  return nodes
end

local function default_name(source, kind)
  local metadata = source:call("get-object-manager", "metadata"):lookup {
    Constraint { "metadata.name", "=", "default" },
  }
  local value = metadata and metadata:find(0, "default.audio." .. kind)
  -- The parser recurses on the C stack; a name is not that long.
  local parsed = value and #value < 4096 and Json.Raw(value):parse()
  return type(parsed) == "table" and parsed.name or nil
end

-- The default audio "sink" or "source" among `nodes`, or nil while there is none. Where the user has chosen a device
-- of ours it is the one that would be chosen without: what goes into a device must come out of another.
function graph.default_node(source, nodes, kind)
  local wanted = default_name(source, kind)
  local class = kind == "sink" and "Audio/Sink" or "Audio/Source"
  local best
  for _, node in ipairs(nodes) do
    if node.name == wanted and not node.device_of then
      return node
    elseif wanted and not node.device_of and node.media_class:find(class, 1, true) == 1 and
      (not best or node.priority > best.priority) then
      best = node
    end
  end
  for _, node in ipairs(nodes) do
    if node.name == wanted and node.device_of then
      return best
    end
  end
end

return graph
