// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What is made of measurements; the measurements themselves are the machine's.

#include "service/doctor/check.hpp"
#include "service/doctor/probe/probe.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>
#include <iterator>

namespace decant::doctor
{

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::WithinRel;

namespace
{

Series series_of(const std::string& name, std::uint64_t usual_usec, std::uint64_t longest_usec)
{
    Series series{name, {}};
    for (int i = 0; i < 1000; ++i)
        series.times.add(usual_usec * 1000);
    series.times.add(longest_usec * 1000);
    return series;
}

const Quantum quantum{.frames = 480, .rate = 48000, .source = "test"}; // 10 ms

/// As if the machine had been found like this.
std::vector<Result> results_with(std::initializer_list<std::pair<std::string_view, State>> states)
{
    std::vector<Result> results;
    for (const auto& check : all_checks())
        for (const auto& [id, state] : states)
            if (check.id == id)
                results.push_back({&check, {state, "as seen", "because", Fix{.text = "do this"}}});
    return results;
}

std::vector<std::string> ids_of(const std::vector<Suspect>& suspects)
{
    std::vector<std::string> ids;
    for (const auto& suspect : suspects)
        ids.push_back(suspect.id);
    return ids;
}

} // namespace

TEST_CASE("a histogram knows percentiles within a step, and the longest exactly")
{
    Histogram times;
    CHECK(times.percentile(99) == 0);
    for (std::uint64_t usec = 1; usec <= 1000; ++usec)
        times.add(usec * 1000);
    CHECK(times.count() == 1000);
    CHECK_THAT(times.percentile(50), WithinRel(500.0, 0.07));
    CHECK_THAT(times.percentile(99), WithinRel(990.0, 0.07));
    CHECK(times.percentile(100) == 1000);
    CHECK(times.max_usec() == 1000);

    times.add(0);
    times.add(~std::uint64_t{0}); // some centuries
    std::uint64_t counted = 0;
    for (const auto& step : times.filled()) {
        CHECK(step.from < step.to);
        counted += step.count;
    }
    CHECK(counted == 1002);
}

TEST_CASE("where all is in time nobody is suspected, whatever is bad")
{
    const Probe probe{.wake_ups = {series_of("CPU 0", 5, 100)}, .round_trips = {series_of("native", 10, 90)}};
    CHECK(suspects_of(probe, results_with({{"kernel.preemption", State::bad}}), quantum).empty());
}

TEST_CASE("rare late wake-ups point at who holds the CPU, slow ones at who lets it sleep")
{
    const auto results = results_with({{"kernel.preemption", State::bad},
                                       {"power.idle-states", State::bad},
                                       {"power.governor", State::ok},
                                       {"interrupts.affinity", State::bad}});
    const Probe late{.wake_ups = {series_of("CPU 0", 5, 4000), series_of("CPU 1", 5, 5000)}};
    CHECK(ids_of(suspects_of(late, results, quantum)) ==
          std::vector<std::string>{"kernel.preemption", "interrupts.affinity", "power.idle-states"});

    const Probe slow{.wake_ups = {series_of("CPU 0", 200, 400)}};
    CHECK(ids_of(suspects_of(slow, results, quantum)) == std::vector<std::string>{"power.idle-states"});

    const Probe one_cpu{.wake_ups = {series_of("CPU 0", 5, 10), series_of("CPU 1", 5, 5000)}};
    CHECK(ids_of(suspects_of(one_cpu, results, quantum)).front() == "interrupts.affinity");
}

TEST_CASE("threads that wake in time and blocks that take long point at the hosts")
{
    const auto results = results_with({{"kernel.preemption", State::bad}, {"scheduling.hosts", State::bad}});
    const Probe probe{.wake_ups = {series_of("CPU 0", 5, 10)},
                      .round_trips = {series_of("native", 1500, 1600)}};
    CHECK(ids_of(suspects_of(probe, results, quantum)) == std::vector<std::string>{"scheduling.hosts"});
}

TEST_CASE("what is late in a short period is in time in a long one")
{
    const auto results = results_with({{"kernel.preemption", State::bad}});
    const Probe probe{.wake_ups = {series_of("CPU 0", 5, 1000)}};
    CHECK(suspects_of(probe, results, {.frames = 1024, .rate = 48000, .source = "test"}).empty());
    CHECK_FALSE(suspects_of(probe, results, {.frames = 64, .rate = 48000, .source = "test"}).empty());
}

TEST_CASE("a probe is drawn for a terminal and as a picture")
{
    Probe probe{.seconds = 1,
                .priority = 83,
                .loaded = true,
                .wake_ups = {series_of("CPU 0", 5, 4000)},
                .round_trips = {series_of("A&B<C>", 10, 20), {"empty", {}}}};
    probe.suspects = {{"kernel.preemption", "some wake-ups are late: none"}};
    const auto text = to_text(probe, quantum, 80);
    CHECK_THAT(text, ContainsSubstring("CPU 0: 1001 times") &&
                         ContainsSubstring("longest 4000.0 µs  (more than 2500)") && ContainsSubstring("█") &&
                         ContainsSubstring("  1. kernel.preemption"));

    const tests::TemporaryDirectory directory;
    const auto file = directory.path() / "probe.svg";
    write_svg(file, probe, quantum);
    std::ifstream in(file);
    const std::string svg{std::istreambuf_iterator<char>(in), {}};
    CHECK_THAT(svg, ContainsSubstring("<svg ") && ContainsSubstring("A&amp;B&lt;C>") &&
                        ContainsSubstring("</svg>") && !ContainsSubstring("nan") &&
                        !ContainsSubstring("inf"));
    CHECK_THROWS(write_svg(directory.path() / "no/where.svg", probe, quantum));
}

} // namespace decant::doctor
