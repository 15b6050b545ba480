// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/configuration.hpp"

#include <string>
#include <vector>

namespace decant::service
{

/// Each circle of nodes that play to one another by `output.to`, told once, from the first of its nodes in
/// the order of `nodes`. Regular expressions are not followed. [any]
[[nodiscard]] std::vector<std::vector<std::string>> output_loops(const std::vector<NodeConfig>& nodes);

} // namespace decant::service
