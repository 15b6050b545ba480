// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/wine-session.hpp"

#include "service/wine-processes.hpp"
#include "tests/bench/bridged-plugin.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

using namespace decant;
using namespace decant::bench;

TEST_CASE("a prefix of a benchmark's own goes when all that ran in it has ended")
{
    std::filesystem::path prefix;
    std::vector<pid_t> processes;
    {
        const WineSession wine("");
        prefix = wine.prefix();
        const std::string gain = std::string(std::getenv("DECANT_TEST_PLUGINS")) + "/decant-test-gain.dll";
        const BridgedPlugin plugin({gain, "", prefix, {}}, 48000, 0.5, bridge::BridgeMode::sync, nullptr);
        processes = service::programs_in(prefix); // as services.exe
        REQUIRE_FALSE(processes.empty());
        processes.push_back(wine.server().value());
        processes.push_back(plugin.process());
    }
    CHECK_FALSE(std::filesystem::exists(prefix.parent_path()));
    for (const pid_t process : processes)
        CHECK(service::prefix_of(process) != prefix);
}
