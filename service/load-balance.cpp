// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/load-balance.hpp"

#include <algorithm>

namespace decant::service
{

LoopLoads loads_of(const std::vector<std::string>& loops, const std::vector<PlacedNode>& nodes)
{
    LoopLoads loads;
    for (const auto& loop : loops)
        loads[loop] = 0;
    for (const auto& node : nodes)
        loads[node.loop] += node.load;
    return loads;
}

std::optional<std::string> node_to_move(const std::vector<std::string>& loops,
                                        const std::vector<PlacedNode>& nodes, double least)
{
    const auto loads = loads_of(loops, nodes);
    if (loads.size() < 2)
        return std::nullopt;
    const auto [idlest, busiest] =
        std::minmax_element(loads.begin(), loads.end(),
                            [](const auto& one, const auto& other) { return one.second < other.second; });
    std::optional<std::string> best;
    double most_saved = least;
    for (const auto& node : nodes) {
        if (!node.movable || node.loop != busiest->first)
            continue;
        const double saved =
            busiest->second - std::max(busiest->second - node.load, idlest->second + node.load);
        if (saved < most_saved)
            continue;
        most_saved = saved;
        best = node.name;
    }
    return best;
}

} // namespace decant::service
