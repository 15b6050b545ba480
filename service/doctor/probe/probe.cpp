// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/doctor/probe/probe.hpp"

#include "service/doctor/findings.hpp"
#include "service/doctor/probe/busy-cpus.hpp"
#include "service/doctor/probe/host-trip.hpp"
#include "service/doctor/probe/pace.hpp"
#include "service/doctor/probe/round-trip.hpp"
#include "service/doctor/probe/wake-up.hpp"
#include "service/usable-cpus.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <thread>

namespace decant::doctor
{

namespace
{

/// What a thread of ours is granted: the priority of decantd's data loops, or none.
int granted_priority(unsigned cpu)
{
    int priority = 0;
    std::jthread([&priority, cpu] {
        priority = take_place(cpu, client_priority) ? client_priority : 0;
    }).join();
    return priority;
}

nlohmann::json to_json(const std::vector<Series>& all)
{
    auto list = nlohmann::json::array();
    for (const auto& [name, times] : all) {
        auto histogram = nlohmann::json::array();
        for (const auto& step : times.filled())
            histogram.push_back({{"from", step.from}, {"to", step.to}, {"count", step.count}});
        list.push_back({{"name", name},
                        {"count", times.count()},
                        {"p50", times.percentile(50)},
                        {"p99", times.percentile(99)},
                        {"p999", times.percentile(99.9)},
                        {"max", times.max_usec()},
                        {"histogram", std::move(histogram)}});
    }
    return list;
}

} // namespace

Probe run_probe(const ProbeJob& job, const Quantum& quantum)
{
    const auto cpus = service::allowed_cpus();
    if (cpus.empty())
        throw std::runtime_error("the CPUs of this process are not known: is sched_getaffinity forbidden?");
    Probe probe;
    probe.seconds = std::chrono::duration<double>(job.time).count();
    probe.priority = granted_priority(cpus.front());
    probe.loaded = job.load;
    const auto cores = service::spread_cpus(cpus, "/sys/devices/system/cpu");
    const int trips = 1 + (cores.size() > 1 ? 1 : 0) + (job.plugin.empty() ? 0 : 1);
    const auto time = job.time / 2 / trips;

    std::optional<BusyCpus> work;
    if (job.load)
        work.emplace(cpus);
    probe.wake_ups = measure_wake_ups(cpus, probe.priority, job.time / 2);
    probe.round_trips.push_back(
        measure_round_trip("native, one CPU", cores[0], cores[0], probe.priority, time));
    if (cores.size() > 1)
        probe.round_trips.push_back(
            measure_round_trip("native, two CPUs", cores[0], cores[1], probe.priority, time));
    if (!job.plugin.empty())
        probe.round_trips.push_back(measure_host_trip(job.plugin, quantum, cores[0], probe.priority, time));
    return probe;
}

nlohmann::json to_json(const Probe& probe)
{
    nlohmann::json json{{"seconds", probe.seconds},
                        {"priority", probe.priority},
                        {"loaded", probe.loaded},
                        {"wake_up", to_json(probe.wake_ups)},
                        {"round_trip", to_json(probe.round_trips)},
                        {"suspects", nlohmann::json::array()}};
    for (const auto& suspect : probe.suspects)
        json["suspects"].push_back({{"id", suspect.id}, {"reason", suspect.reason}});
    return json;
}

} // namespace decant::doctor
