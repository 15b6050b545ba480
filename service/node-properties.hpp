// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"

#include <map>
#include <string>
#include <string_view>

namespace decant::service
{

/// As `decant.type` names it.
[[nodiscard]] std::string_view to_text(NodeType type) noexcept;

/// All properties that the node has in the graph. `decant.*` is what the WirePlumber policy reads.
[[nodiscard]] std::map<std::string, std::string> properties_of(const NodeConfig& config);

} // namespace decant::service
