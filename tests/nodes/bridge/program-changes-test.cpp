// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/bridge/program-changes-process.hpp"

#include <catch2/catch_test_macros.hpp>
#include <initializer_list>
#include <optional>
#include <vector>

namespace decant::bridge
{
namespace
{

std::optional<std::uint32_t> wanted_after(ProgramChanges& programs,
                                          std::initializer_list<std::vector<std::uint8_t>> messages)
{
    for (const auto& message : messages)
        programs.hear(message);
    return programs.take();
}

TEST_CASE("the last program that MIDI asks for is taken, once")
{
    ProgramChanges programs;
    CHECK_FALSE(programs.take());
    CHECK(wanted_after(programs, {{0xc0, 5}, {0xc3, 7}}) == 7U);
    CHECK_FALSE(programs.take());
    CHECK_FALSE(
        wanted_after(programs, {{}, {0x90, 60, 1}, {0xb0, 7, 1}, {0xc0}, {0xf8}, {0xf0, 0xc0, 0xf7}}));
}

TEST_CASE("a bank is selected in its channel, and its coarse half begins at the first of the fine ones")
{
    ProgramChanges programs;
    CHECK(wanted_after(programs, {{0xb2, 32, 3}, {0xc2, 1}}) == 3U * 128 + 1);
    CHECK(wanted_after(programs, {{0xc1, 1}}) == 1U);
    CHECK(wanted_after(programs, {{0xb2, 0, 1}, {0xc2, 0}}) == 128U * 128);
    CHECK(wanted_after(programs, {{0xb2, 0, 0}, {0xb2, 32, 0}, {0xc2, 127}}) == 127U);
}

} // namespace
} // namespace decant::bridge
