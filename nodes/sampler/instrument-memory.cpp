// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/instrument-memory.hpp"

#include "nodes/sampler/instrument.hpp"

#include <set>

namespace decant::sampler
{

std::size_t memory_of(const Instrument& instrument)
{
    std::size_t bytes = instrument.zones().size_bytes();
    std::set<const void*> counted;
    const auto add = [&](const auto* part) {
        if (part != nullptr && counted.insert(part).second)
            bytes += part->data.size();
    };
    for (const auto& zone : instrument.zones()) {
        add(zone.sample);
        add(zone.loop);
    }
    return bytes;
}

} // namespace decant::sampler
