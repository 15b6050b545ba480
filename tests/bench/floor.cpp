// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/floor.hpp"

#include "tests/bench/scheduling.hpp"

#include <utility>

namespace decant::bench
{

Floor::Floor(unsigned partners)
{
    for (unsigned index = 0; index < partners; ++index)
        partners_.push_back(std::make_unique<FloorPartner>());
}

std::vector<Contender> Floor::contenders()
{
    const auto on = [this](std::string name, std::string title, unsigned caller_cpu, unsigned partner_cpu) {
        Contender contender;
        contender.series.name = std::move(name);
        contender.series.title = std::move(title);
        contender.series.floor = true;
        Lane& lane = contender.lanes.emplace_back();
        lane.cpu = caller_cpu;
        for (const auto& partner : partners_) {
            lane.subjects.push_back(partner.get());
            contender.processes.hosts.push_back(partner->process());
        }
        contender.prepare = [this, partner_cpu] {
            for (const auto& partner : partners_)
                bind_thread(partner->process(), {partner_cpu});
        };
        return contender;
    };
    const std::vector<unsigned> cpus = allowed_cpus();
    std::vector<Contender> contenders{on("floor_one_cpu", "floor, one CPU", cpus.at(0), cpus.at(0))};
    if (cpus.size() > 1)
        contenders.push_back(on("floor_two_cpus", "floor, two CPUs", cpus.at(0), cpus.at(1)));
    return contenders;
}

} // namespace decant::bench
