-- SPDX-FileCopyrightText: The Decant authors
-- SPDX-License-Identifier: GPL-3.0-or-later
--
-- Wants a link to the MIDI input of each Decant node from every MIDI output that its decant.midi.from names.

local wishes = require("decant-wishes")

local wish = {
  property = "decant.midi.from",
  field = "midi_from",
  needed = "MIDI input",
  sought = "a MIDI output",
}

function wish.fits(node)
  return #node.midi_in > 0
end

function wish.want(node, source, selected)
  local pairs_of_ports = {}
  for _, output in ipairs(selected(source, source.midi_out)) do
    table.insert(pairs_of_ports, { output = output, input = node.midi_in[1] })
  end
  return wishes.want_pairs(wish, node, pairs_of_ports)
end

wishes.register(wish, {
  name = "decant/find-midi-sources",
  after = "decant/collect-graph",
})
