// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/pitch-bends.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_floating_point.hpp>
#include <map>

namespace decant::host
{
namespace
{

using Catch::Matchers::WithinAbs;

constexpr int down = 0;
constexpr int center = 8192;

/// Sets a registered parameter of a channel.
void set(PitchBends& bends, int channel, std::uint8_t parameter, std::uint8_t value)
{
    bends.hear_controller(channel, 101, 0);
    bends.hear_controller(channel, 100, parameter);
    bends.hear_controller(channel, 6, value);
}

/// How far each channel is bent that a message bends.
std::map<int, double> bent(PitchBends& bends, int channel, int value)
{
    std::map<int, double> told;
    bends.bend(channel, value, [&](int each, double semitones) { told[each] = semitones; });
    return told;
}

TEST_CASE("a bend reaches two semitones until its channel says otherwise")
{
    PitchBends bends;
    CHECK(bent(bends, 3, down) == std::map<int, double>{{3, -2.0}});
    set(bends, 3, 0, 7);
    bends.hear_controller(3, 38, 50);
    CHECK_THAT(bent(bends, 3, down).at(3), WithinAbs(-7.5, 1e-9));
    CHECK(bent(bends, 4, down).at(4) == -2.0);
    // What is entered for a parameter that is not registered means something else.
    bends.hear_controller(3, 99, 0);
    bends.hear_controller(3, 98, 0);
    bends.hear_controller(3, 6, 99);
    CHECK_THAT(bent(bends, 3, down).at(3), WithinAbs(-7.5, 1e-9));
}

TEST_CASE("the members of a zone share their range, and its own channel bends them all")
{
    PitchBends bends;
    set(bends, 0, 6, 3);
    CHECK(bent(bends, 2, down).at(2) == -48.0);
    CHECK(bent(bends, 4, down).at(4) == -2.0);
    CHECK(bent(bends, 0, down) == std::map<int, double>{{0, -2.0}, {1, -2.0}, {2, -50.0}, {3, -2.0}});
    set(bends, 3, 0, 24);
    CHECK(bent(bends, 2, down).at(2) == -26.0);
}

TEST_CASE("zones from both ends end where the younger one begins, and one without members is none")
{
    PitchBends bends;
    set(bends, 0, 6, 15);
    set(bends, 15, 6, 4);
    CHECK(bent(bends, 15, center).size() == 5); // itself and channels 11 to 14
    CHECK(bent(bends, 0, center).size() == 11);
    set(bends, 15, 6, 0);
    CHECK(bent(bends, 15, center).size() == 1);
    CHECK(bent(bends, 12, down).at(12) == -2.0);
    set(bends, 1, 6, 5); // no zone begins there
    CHECK(bent(bends, 1, down).at(1) == -48.0);
}

} // namespace
} // namespace decant::host
