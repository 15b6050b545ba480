// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/spare-cpus.hpp"

#include "service/data-loops.hpp"

#include <algorithm>
#include <utility>

namespace decant::service
{

SpareCpus::SpareCpus(const DataLoops& loops, std::vector<unsigned> cpus)
    : loops_(loops), cpus_(std::move(cpus))
{
}

std::optional<unsigned> SpareCpus::Hold::keep()
{
    auto& holders = cpus_->holders_;
    const auto own = std::find_if(holders.begin(), holders.end(),
                                  [this](const auto& each) { return each.second == this; });
    if (own != holders.end() && !cpus_->loops_.busy(own->first))
        return own->first;
    if (own != holders.end())
        holders.erase(own);
    // From the end: the kernel's own work, as interrupts, tends to be on the first CPU.
    const auto& cpus = cpus_->cpus_;
    const auto free = std::find_if(cpus.rbegin(), cpus.rend(), [&](unsigned cpu) {
        return !holders.contains(cpu) && !cpus_->loops_.busy(cpu);
    });
    if (free == cpus.rend())
        return std::nullopt;
    holders[*free] = this;
    return *free;
}

void SpareCpus::Hold::give_back() noexcept
{
    std::erase_if(cpus_->holders_, [this](const auto& each) { return each.second == this; });
}

} // namespace decant::service
