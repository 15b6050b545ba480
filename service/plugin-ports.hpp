// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "nodes/processor.hpp"
#include "wine-host/protocol/plugin-description.hpp"

namespace decant::service
{

/// The ports of a plugin as the graph shows them: its own names, made fit and unique. One without MIDI has an
/// input for it, too, if that is to select its programs. [any]
[[nodiscard]] nodes::PortLayout ports_of(const protocol::PluginDescription& plugin, bool midi_programs);

/// Whether a node for `one` serves for `other` as well: with the same ports and parameters. [any]
[[nodiscard]] bool same_ports(const protocol::PluginDescription& one,
                              const protocol::PluginDescription& other);

} // namespace decant::service
