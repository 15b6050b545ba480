// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// When all tests have run, each check must have been seen on a machine where all is well, on one where
// something is bad, and on one that tells nothing.

#include "service/doctor/check.hpp"
#include "tests/service/doctor/fake-machine.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch_session.hpp>
#include <fmt/format.h>
#include <set>
#include <string_view>
#include <vector>

namespace decant::doctor
{

namespace
{

/// These tell what is worth knowing: neither is harmful.
constexpr std::array<std::string_view, 7> only_inform{
    "interrupts.smt", "kernel.mitigations", "kernel.scheduler", "memory.huge-pages",
    "memory.inotify", "power.turbo",        "wine.capability",
};

/// These find that all is well, or what could be better and does no harm.
constexpr std::array<std::string_view, 8> never_bad{
    "graph.clocks", "graph.quantum",    "kernel.threadirqs", "kernel.virtual-machine",
    "memory.tmp",   "permission.rtkit", "power.dma-latency", "unit.start",
};

std::set<State> states_of(std::string_view id)
{
    if (std::ranges::find(only_inform, id) != only_inform.end())
        return {State::info, State::unreadable};
    if (std::ranges::find(never_bad, id) != never_bad.end())
        return {State::ok, State::info, State::unreadable};
    return {State::ok, State::bad, State::unreadable};
}

/// One line for each check that is not tested in a state, or found in one that the lists above deny.
std::vector<std::string> gaps()
{
    std::vector<std::string> lines;
    for (const auto& check : all_checks()) {
        const auto found = FakeMachine::seen().find(check.id);
        const auto seen = found != FakeMachine::seen().end() ? found->second : std::set<State>();
        const auto wanted = states_of(check.id);
        for (const auto state : wanted)
            if (!seen.contains(state))
                lines.push_back(fmt::format("{} is never {} in a test", check.id, to_text(state)));
        for (const auto state : seen)
            if (!wanted.contains(state) && state != State::info)
                lines.push_back(fmt::format("{} can be {} after all", check.id, to_text(state)));
    }
    return lines;
}

} // namespace

} // namespace decant::doctor

int main(int count, char** arguments)
{
    const int failures = Catch::Session().run(count, arguments);
    if (failures != 0 || count > 1) // only some of the tests were asked for
        return failures;
    const auto gaps = decant::doctor::gaps();
    for (const auto& gap : gaps)
        fmt::print(stderr, "{}\n", gap);
    return gaps.empty() ? 0 : 1;
}
