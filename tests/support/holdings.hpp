// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/process-table.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <sys/types.h>

namespace decant::tests
{

/// What a process holds of the machine.
struct Holdings {
    long resident = 0; ///< pages that are its own
    std::size_t descriptors = 0;
    std::size_t threads = 0;
    std::size_t regions = 0; ///< in /dev/shm, of this process
    std::size_t children = 0;
};

inline Holdings holdings_of(pid_t process)
{
    const std::string number = std::to_string(process);
    const std::filesystem::path directory = "/proc/" + number;
    const auto entries = [&](const char* what) {
        const std::filesystem::directory_iterator all(directory / what);
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    };
    Holdings now;
    long size = 0;
    long resident = 0;
    long shared = 0;
    std::ifstream(directory / "statm") >> size >> resident >> shared;
    now.resident = resident - shared;
    now.descriptors = entries("fd");
    now.threads = entries("task");
    for (const auto& entry : std::filesystem::directory_iterator("/dev/shm"))
        if (entry.path().filename().string().find(number) != std::string::npos)
            ++now.regions;
    now.children = children_of(process).size();
    return now;
}

/// It holds no more than before, but for a few megabytes, and `spare` descriptors and children.
inline void check_flat(const Holdings& before, pid_t process, std::size_t spare = 0)
{
    // A host that has just been replaced may take a moment to be reaped.
    CHECK(wait_until([&] { return holdings_of(process).descriptors <= before.descriptors + spare; }));
    CHECK(wait_until([&] { return holdings_of(process).threads <= before.threads; }));
    CHECK(wait_until([&] { return holdings_of(process).children <= before.children + spare; }));
    CHECK(holdings_of(process).regions <= before.regions);
    constexpr long megabyte = 1024 * 1024 / 4096;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    constexpr long slack = 300 * megabyte; // what a sanitizer keeps of freed memory
#else
    constexpr long slack = 4 * megabyte;
#endif
    const long resident = holdings_of(process).resident;
    INFO("resident: " << before.resident << " pages before, " << resident << " now");
    CHECK(resident <= before.resident + slack);
}

} // namespace decant::tests
