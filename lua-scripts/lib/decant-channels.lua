-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Which audio output goes to which input.

local channels = {}

local function with_channel(ports, channel)
  for _, port in ipairs(ports) do
    if port.channel == channel then
      return port
    end
  end
end

-- The left and the right of many ports: by channel, or the first two.
local function front(ports)
  local left, right = with_channel(ports, "FL"), with_channel(ports, "FR")
  if left and right then
    return { left, right }
  end
  return { ports[1], ports[2] }
end

-- A list of { output, input }.
function channels.pair(outputs, inputs)
  local pairs_found = {}
  local function pair(output, input)
    table.insert(pairs_found, { output = output, input = input })
  end

  if #outputs == 0 or #inputs == 0 then
    return pairs_found
  end

  -- Mono goes to both sides, and both sides go to mono.
  if #outputs == 1 then
    for _, input in ipairs(front(inputs)) do
      pair(outputs[1], input)
    end
    return pairs_found
  elseif #inputs == 1 then
    for _, output in ipairs(front(outputs)) do
      pair(output, inputs[1])
    end
    return pairs_found
  end

  for _, output in ipairs(outputs) do
    local input = output.channel ~= "" and with_channel(inputs, output.channel)
    if input then
      pair(output, input)
    end
  end
  if #pairs_found == 0 then
    for i = 1, math.min(#outputs, #inputs) do
      pair(outputs[i], inputs[i])
    end
  end
  return pairs_found
end

return channels
