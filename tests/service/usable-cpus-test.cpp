// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/usable-cpus.hpp"

#include "tests/support/scratch-directory.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <fstream>
#include <string>

namespace decant::service
{
namespace
{

namespace fs = std::filesystem;
using Cpus = std::vector<unsigned>;

/// /sys/devices/system/cpu of a machine of our own.
class Machine
{
    tests::ScratchDirectory directory_;

public:
    void isolate(const std::string& cpus) const { directory_.write("isolated", cpus + "\n"); }

    void siblings(unsigned cpu, const std::string& cpus) const
    {
        directory_.write("cpu" + std::to_string(cpu) + "/topology/thread_siblings_list", cpus + "\n");
    }

    const std::filesystem::path& path() const { return directory_.path(); }
};

} // namespace

TEST_CASE("a list of CPUs is read as the kernel writes it")
{
    CHECK(parse_cpu_list("0-3,8,10-11\n") == Cpus{0, 1, 2, 3, 8, 10, 11});
    CHECK(parse_cpu_list("5") == Cpus{5});
    CHECK(parse_cpu_list("").empty());
    CHECK(parse_cpu_list("none").empty());
    CHECK(parse_cpu_list("1-").empty());
    CHECK(parse_cpu_list("0-4294967295").size() <= 1024);
}

TEST_CASE("every allowed CPU is used where nothing is known of them")
{
    const Machine machine;
    CHECK(spread_cpus({1, 3}, machine.path()) == Cpus{1, 3});
}

TEST_CASE("isolated CPUs are left alone, unless the service is put on them")
{
    const Machine machine;
    machine.isolate("2-3");
    CHECK(spread_cpus({0, 1, 2, 3}, machine.path()) == Cpus{0, 1});
    CHECK(spread_cpus({2, 3}, machine.path()) == Cpus{2, 3});
}

TEST_CASE("of each physical core one CPU is used")
{
    const Machine machine;
    machine.siblings(0, "0,2");
    machine.siblings(1, "1,3");
    machine.siblings(2, "0,2");
    machine.siblings(3, "1,3");
    CHECK(spread_cpus({0, 1, 2, 3}, machine.path()) == Cpus{0, 1});
    CHECK(spread_cpus({2, 3}, machine.path()) == Cpus{2, 3});
}

} // namespace decant::service
