// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/data-loops.hpp"
#include "service/spare-cpus.hpp"
#include "service/wake-probe.hpp"
#include "tests/service/loop-client.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <set>
#include <string>

namespace decant::service
{
using Client = tests::LoopClient;
using tests::two_cpus;

TEST_CASE("each data loop has a CPU of its own")
{
    const Client client("2");
    const auto cpus = two_cpus();
    DataLoops loops(client.context.get(), cpus);
    REQUIRE(loops.size() == 2);

    const auto one = loops.take(0);
    const auto other = loops.take(0);
    CHECK(one.loop() != other.loop());
    CHECK(std::set{one.cpu(), other.cpu()} == std::set{std::optional(cpus[0]), std::optional(cpus[1])});
}

TEST_CASE("no more data loops are used than there are CPUs")
{
    const Client client("4");
    const DataLoops loops(client.context.get(), two_cpus());
    CHECK(loops.size() == 2);
}

TEST_CASE("a single data loop may run anywhere")
{
    const Client client("1");
    DataLoops loops(client.context.get(), two_cpus());
    REQUIRE(loops.size() == 1);
    CHECK_FALSE(loops.take(0).cpu());
}

TEST_CASE("a client without data loops has no places to give")
{
    const Client client("0");
    DataLoops loops(client.context.get(), two_cpus());
    CHECK(loops.size() == 0);
    CHECK(loops.take(0).loop().empty());
}

TEST_CASE("a node goes where the least is to be done")
{
    const Client client("2");
    DataLoops loops(client.context.get(), two_cpus());

    const auto heavy = loops.take(0.5);
    const auto first = loops.take(0.1);
    auto second = loops.take(0.1);
    CHECK(first.loop() != heavy.loop());
    CHECK(second.loop() != heavy.loop());

    second = loops.take(heavy.loop(), 0.1); // where somebody has put it
    CHECK(second.loop() == heavy.loop());
}

TEST_CASE("a node goes where the least has turned out to be to be done")
{
    const Client client("2");
    DataLoops loops(client.context.get(), two_cpus());

    auto first = loops.take(0);
    const auto second = loops.take(0);
    first.set_load(0.5);
    CHECK(loops.take(0).loop() == second.loop());
    first.set_load(0);
    const auto third = loops.take(0.1);
    CHECK(loops.take(0).loop() != third.loop());
}

TEST_CASE("a CPU is spare as long as no data loop has anything to run there")
{
    const Client client("2");
    const auto cpus = two_cpus();
    DataLoops loops(client.context.get(), cpus);
    SpareCpus spare(loops, cpus);
    SpareCpus::Hold host(spare);

    const auto seat = loops.take(0);
    const auto cpu = host.keep();
    REQUIRE(cpu);
    CHECK(cpu != seat.cpu());
    CHECK(host.keep() == cpu);
    {
        const auto neighbour = loops.take(0);
        CHECK_FALSE(host.keep());
    }
    CHECK(host.keep() == cpu);
}

TEST_CASE("a spare CPU has one host at a time")
{
    const Client client("2");
    const auto cpus = two_cpus();
    DataLoops loops(client.context.get(), cpus);
    SpareCpus spare(loops, cpus);
    const auto seat = loops.take(0);

    SpareCpus::Hold other(spare);
    {
        SpareCpus::Hold host(spare);
        CHECK(host.keep());
        CHECK_FALSE(other.keep());
        host.give_back();
        CHECK(other.keep());
        other.give_back();
        CHECK(host.keep());
    }
    CHECK(other.keep());
}

TEST_CASE("a data loop that may run anywhere leaves no CPU spare")
{
    const Client client("1");
    const auto cpus = two_cpus();
    DataLoops loops(client.context.get(), cpus);
    SpareCpus spare(loops, cpus);
    SpareCpus::Hold host(spare);
    const auto seat = loops.take(0);
    CHECK_FALSE(host.keep());
}

TEST_CASE("a loop that there is not is nobody's place")
{
    const Client client("2");
    DataLoops loops(client.context.get(), two_cpus());
    CHECK(loops.take("no-such-loop", 0).loop().empty());
}

TEST_CASE("what a wake takes is measured on one CPU and across two")
{
    const auto pair = GENERATE(WakePair{0, 0, false}, WakePair{1, 1, true}, WakePair{2, 1, false});
    const auto times = probe_wake(two_cpus(), pair);
    REQUIRE(times);
    CHECK(times->one_cpu.count() > 0);
    CHECK(times->two_cpus.count() > 0);
    CHECK(times->awake.count() > 0);
    CHECK_FALSE(probe_wake({0}, {0, 0, false}));
}

} // namespace decant::service
