// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/thread-table.hpp"

#include "tests/support/scratch-directory.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <catch2/matchers/catch_matchers_vector.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <unistd.h>

using decant::service::thread_table;

namespace
{

/// A /proc with one process of two threads, whose user and system time are 50 ticks each.
struct FakeProc {
    decant::tests::ScratchDirectory root;

    void add(int thread, const std::string& name, char state, const std::string& place, int priority,
             int policy)
    {
        const auto folder = root.path() / "7" / "task" / std::to_string(thread);
        std::filesystem::create_directories(folder);
        std::ofstream stat(folder / "stat");
        stat << thread << " (" << name << ") " << state;
        for (int field = 4; field <= 52; ++field) // proc(5)
            stat << ' '
                 << (field == 14 || field == 15 ? 50
                     : field == 40              ? priority
                     : field == 41              ? policy
                                                : 0);
        std::ofstream(folder / "wchan") << place;
    }
};

} // namespace

TEST_CASE("the table of threads says of each what it does, where, how urgently and for how long")
{
    FakeProc proc;
    proc.add(7, "host", 'S', "futex_wait", 0, 0);
    proc.add(8, "a (strange) name", 'R', "0", 60, 1);
    const std::string time = std::to_string(100 / sysconf(_SC_CLK_TCK)) + ".00 s of CPU time";
    CHECK_THAT(thread_table(7, proc.root.path()), Catch::Matchers::Equals(std::vector<std::string>{
                                                      "host sleeps in futex_wait, no real time, " + time,
                                                      "a (strange) name runs, FIFO 60, " + time,
                                                  }));
}

TEST_CASE("of a process that is gone, or of a table that nobody can read, nothing is said")
{
    FakeProc proc;
    std::filesystem::create_directories(proc.root.path() / "7" / "task" / "9");
    std::ofstream(proc.root.path() / "7" / "task" / "9" / "stat") << "9 (cut";
    CHECK(thread_table(7, proc.root.path()).empty());
    CHECK(thread_table(8, proc.root.path()).empty());
}

TEST_CASE("our own threads are in the table")
{
    CHECK_FALSE(thread_table(getpid()).empty());
}
