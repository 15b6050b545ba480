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

Instrument::Instrument(InstrumentParts parts) : parts_(std::move(parts))
{
    const auto& zones = parts_.zones;
    for (const Zone& zone : zones)
        for_each_node(zone.region, [&](std::size_t node) { ++node_starts_[node + 1]; });
    for (std::size_t node = 0; node < nodes; ++node)
        node_starts_[node + 1] += node_starts_[node];
    zone_lists_.resize(node_starts_[nodes]);
    auto next = node_starts_;
    for (std::size_t index = 0; index < zones.size(); ++index)
        for_each_node(zones[index].region, [&](std::size_t node) {
            zone_lists_[next[node]++] = static_cast<std::uint32_t>(index);
        });
    for (std::size_t index = 0; index < zones.size(); ++index)
        if (!zones[index].region.start_controls.empty())
            control_zones_.push_back(static_cast<std::uint32_t>(index));
}

std::bitset<controller::all> Instrument::used_controls() const
{
    std::bitset<controller::all> used;
    for (const CurvedSignal& signal : parts_.signals)
        used.set(signal.control);
    for (const ControlDefault& value : parts_.controls)
        used.set(value.control);
    for (const ControlLabel& label : parts_.labels)
        used.set(label.control);
    for (const Zone& zone : parts_.zones) {
        for (const ControlRange& range : zone.region.controls)
            used.set(static_cast<std::size_t>(range.control));
        for (const ControlRange& range : zone.region.start_controls)
            used.set(static_cast<std::size_t>(range.control));
        for (const ControlCrossfade& fade : zone.region.control_fades)
            used.set(static_cast<std::size_t>(fade.control));
    }
    return used;
}

unsigned Instrument::outputs() const noexcept
{
    unsigned most = 0;
    for (const Zone& zone : parts_.zones)
        most = std::max(most, zone.region.output);
    return most + 1;
}

} // namespace decant::sampler
