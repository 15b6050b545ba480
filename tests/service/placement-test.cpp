// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// On which CPUs the nodes of a rack run, and their plugins.

#include "service/usable-cpus.hpp"
#include "tests/service/gain-rack.hpp"

#include <algorithm>
#include <sched.h>

namespace decant::service
{
namespace
{

using tests::wait_until;

std::vector<unsigned> cpus_of(pid_t thread)
{
    cpu_set_t set;
    std::vector<unsigned> cpus;
    if (thread == 0 || sched_getaffinity(thread, sizeof set, &set) != 0)
        return cpus;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &set))
            cpus.push_back(cpu);
    return cpus;
}

/// Two plugins, each with a host of its own.
struct Pair : RunningService {
    void place(const std::string& placement)
    {
        std::string nodes;
        for (const auto* name : {"one", "two"})
            nodes += fmt::format("{{ name = {} {} prefix = \"{}\" placement = {} }}\n", name, path_of("gain"),
                                 std::getenv("DECANT_TEST_PREFIX"), placement);
        configure("decant.nodes = [ " + nodes + " ]");
    }

    /// Of the data loop that runs the node.
    std::vector<unsigned> cpus_of_loop(const std::string& name)
    {
        const auto loop = property(name, "node.loop.name");
        return loop.is_string() ? cpus_of(thread_named(loop, process().id())) : std::vector<unsigned>();
    }

    std::vector<unsigned> cpus_of_plugin(const std::string& name)
    {
        for (const pid_t child : tests::children_of(process().id()))
            if (tests::name_of(child) == name)
                return cpus_of(thread_named("decant-audio", child));
        return {};
    }
};

} // namespace

TEST_CASE("plugins run beside their nodes, on a core for each as far as there are cores, or anywhere")
{
    const auto cores = spread_cpus(allowed_cpus(), "/sys/devices/system/cpu");
    if (cores.size() < 2)
        SKIP("needs two cores");
    Pair rack;
    rack.place("core");
    rack.start();
    for (const auto* name : {"one", "two"}) {
        INFO(name);
        REQUIRE(rack.wait_for_state(name, "running"));
        const auto cpus = rack.cpus_of_loop(name);
        REQUIRE(cpus.size() == 1);
        CHECK(std::ranges::count(cores, cpus.front()) == 1);
        CHECK(wait_until([&] { return rack.cpus_of_plugin(name) == cpus; }));
    }
    CHECK(rack.cpus_of_loop("one") != rack.cpus_of_loop("two"));

    rack.place("free");
    for (const auto* name : {"one", "two"})
        CHECK(wait_until([&] { return rack.cpus_of_plugin(name) == cores; }));
    CHECK(rack.listed("one").at("restarts") == 0);
}

} // namespace decant::service
