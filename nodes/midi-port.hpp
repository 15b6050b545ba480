// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/parameter-pods.hpp"

#include <vector>

/// What a MIDI port tells PipeWire of itself, so that it can be linked to ports for bytes, to ports for
/// nothing but UMP (MIDI 2.0), and to both at the same time. PipeWire translates on the side that hears: by
/// what the input's own format says, and whatever each message is.
namespace decant::nodes
{

/// Buffers and formats of a port of "8 bit raw midi", beside those that PipeWire gives it. [main]
[[nodiscard]] std::vector<Pod> build_midi_port_params();

/// The format that a port has to show in place of the one that its first link has agreed on. [main]
[[nodiscard]] Pod build_midi_format();

} // namespace decant::nodes
