// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/node-status.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace decant::cli
{

/// A node of the rack as the graph and the service's metadata show it.
struct RackNode {
    std::string name;                ///< without the prefix
    std::optional<std::uint32_t> id; ///< of the node in the graph; nothing if it is not there
    std::string description;
    std::uint32_t inputs = 0;  ///< audio ports
    std::uint32_t outputs = 0; ///< audio ports
    std::uint32_t midi_inputs = 0;
    std::uint32_t midi_outputs = 0;
    service::NodeStatus status;
};

struct RackView {
    std::vector<RackNode> nodes;       ///< by name
    std::vector<std::string> problems; ///< of the configuration, with their places
};

/// What the service on the user's PipeWire daemon plays. Takes a connection for a moment. Throws NotRunning
/// if no daemon answers or no service runs on it.
[[nodiscard]] RackView read_rack();

} // namespace decant::cli
