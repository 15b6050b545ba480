// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"

#include <string>
#include <vector>

namespace decant::service
{

/// Whom a configuration can mean.
struct KnownNames {
    std::vector<std::string> rack;            ///< short names of the nodes
    std::vector<std::string> midi_sources;    ///< in the graph
    std::vector<std::string> targets;         ///< in the graph
    std::vector<std::string> sound_sources{}; ///< in the graph
};

/// A sentence about each name in `midi.from`, `input.from` and `output.to` that means nobody, with the
/// nearest that means somebody. Reads names as the WirePlumber policy does. [any]
[[nodiscard]] std::vector<std::string> complaints_about_names(const NodeConfig& node,
                                                              const KnownNames& known);

} // namespace decant::service
