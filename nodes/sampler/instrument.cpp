// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/instrument.hpp"

#include <algorithm>
#include <utility>

namespace decant::sampler
{
namespace
{

// Calls `visit(node)` for the nodes that cover the zone's keys.
template <class Visit>
void for_each_node(const Region& region, Visit&& visit)
{
    if (region.hikey < 0 || region.lokey > region.hikey)
        return;
    std::size_t first = 128 + static_cast<std::size_t>(std::max(region.lokey, 0));
    std::size_t last = 129 + static_cast<std::size_t>(region.hikey);
    for (; first < last; first /= 2, last /= 2) {
        if (first % 2 == 1)
            visit(first++);
        if (last % 2 == 1)
            visit(--last);
    }
}

} // namespace

Instrument::Instrument(std::vector<Zone> zones, std::vector<std::shared_ptr<const Sample>> samples,
                       std::deque<Loop> loops, std::vector<ControlDefault> controls)
    : zones_(std::move(zones)), samples_(std::move(samples)), loops_(std::move(loops)),
      controls_(std::move(controls))
{
    for (const Zone& zone : zones_)
        for_each_node(zone.region, [&](std::size_t node) { ++node_starts_[node + 1]; });
    for (std::size_t node = 0; node < nodes; ++node)
        node_starts_[node + 1] += node_starts_[node];
    zone_lists_.resize(node_starts_[nodes]);
    auto next = node_starts_;
    for (std::size_t index = 0; index < zones_.size(); ++index)
        for_each_node(zones_[index].region, [&](std::size_t node) {
            zone_lists_[next[node]++] = static_cast<std::uint32_t>(index);
        });
}

} // namespace decant::sampler
