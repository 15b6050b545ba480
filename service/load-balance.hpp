// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace decant::service
{

/// A node that runs in a data loop.
struct PlacedNode {
    std::string name;
    std::string loop;
    double load;  ///< as a part of the period, as it was measured last
    bool movable; ///< whether it may leave its loop now
};

/// What the nodes of each loop cost together, by the loop's name.
using LoopLoads = std::map<std::string, double>;

/// `loops` are all there are, also those without nodes.
[[nodiscard]] LoopLoads loads_of(const std::vector<std::string>& loops, const std::vector<PlacedNode>& nodes);

/// The node that should leave the loop with the most to do for the one with the least, so that the most that
/// a loop has to do becomes as little as one move can make it; nothing if that saves less than `least`, as a
/// part of the period.
[[nodiscard]] std::optional<std::string> node_to_move(const std::vector<std::string>& loops,
                                                      const std::vector<PlacedNode>& nodes, double least);

} // namespace decant::service
