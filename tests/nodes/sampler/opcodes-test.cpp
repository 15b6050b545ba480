// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/opcodes.hpp"

#include <catch2/catch_test_macros.hpp>

#include <string>

using namespace decant::sampler;
using Outcome = OpcodeResult::Outcome;

namespace
{

Outcome apply(Region& region, std::string_view name, std::string_view value)
{
    return apply_opcode(region, name, value).outcome;
}

} // namespace

TEST_CASE("keys are numbers or names")
{
    CHECK(parse_key("60") == 60);
    CHECK(parse_key("c4") == 60);
    CHECK(parse_key("C4") == 60);
    CHECK(parse_key("a4") == 69);
    CHECK(parse_key("f#3") == 54);
    CHECK(parse_key("eb2") == 39);
    CHECK(parse_key("b3") == 59);
    CHECK(parse_key("bb3") == 58);
    CHECK(parse_key("cb4") == 59);
    CHECK(parse_key("c-1") == 0);
    CHECK(parse_key("g9") == 127);
    CHECK(parse_key("-1") == -1);
    for (const auto* const wrong :
         {"", "128", "-2", "h4", "c", "c#", "c4x", "g#9", "cb-1", "c99", "60.5", "c 4"})
        CHECK_FALSE(parse_key(wrong).has_value());
}

TEST_CASE("opcodes land in their fields")
{
    Region region;
    CHECK(apply(region, "key", "c4") == Outcome::applied);
    CHECK((region.lokey == 60 && region.hikey == 60 && region.pitch_keycenter == 60));
    CHECK(apply(region, "pitch_keycenter", "sample") == Outcome::applied);
    CHECK(region.keycenter_from_sample);
    CHECK(apply(region, "volume", "-7.5") == Outcome::applied);
    CHECK(region.volume == -7.5f);
    CHECK(apply(region, "tune", "+12") == Outcome::applied);
    CHECK(region.tune == 12);
    CHECK(apply(region, "ampeg_release", "0.25") == Outcome::applied);
    CHECK(region.ampeg.release == 0.25f);
    CHECK(apply(region, "loopmode", "loop_sustain") == Outcome::applied);
    CHECK(region.loop_mode == LoopMode::loop_sustain);
    CHECK(apply(region, "off_by", "-3") == Outcome::applied);
    CHECK(region.off_by == -3);
    CHECK(apply(region, "end", "1000") == Outcome::applied);
    CHECK(region.end == 1000);
    CHECK(apply(region, "trigger", "release") == Outcome::applied);
    CHECK(region.trigger == Trigger::release);
}

TEST_CASE("controller conditions come together from their two halves")
{
    Region region;
    CHECK(apply(region, "locc64", "10") == Outcome::applied);
    CHECK(apply(region, "hicc1", "20") == Outcome::applied);
    CHECK(apply(region, "hicc64", "90") == Outcome::applied);
    REQUIRE(region.controls.size() == 2);
    CHECK(
        (region.controls[0].control == 64 && region.controls[0].low == 10 && region.controls[0].high == 90));
    CHECK((region.controls[1].control == 1 && region.controls[1].low == 0 && region.controls[1].high == 20));
    CHECK(apply(region, "locc600", "1") == Outcome::refused);
    CHECK(apply(region, "loccx", "1") == Outcome::unknown);
    CHECK(apply(region, "locc", "1") == Outcome::unknown);
}

TEST_CASE("a value out of range is replaced by the nearest that is in it, and the message says so")
{
    Region region;
    const auto result = apply_opcode(region, "volume", "300");
    CHECK(result.outcome == Outcome::adjusted);
    CHECK(result.message == "300 is out of range -144…48; 48 is used");
    CHECK(region.volume == 48);
    CHECK(apply(region, "ampeg_attack", "-1") == Outcome::adjusted);
    CHECK(region.ampeg.attack == 0);
    CHECK(apply(region, "offset", "1e300") == Outcome::adjusted);
    CHECK(apply(region, "volume", "-6dB") == Outcome::adjusted);
    CHECK(region.volume == -6);
}

TEST_CASE("a value that means nothing leaves the field as it was")
{
    Region region;
    for (const auto* const value : {"", "loud", "nan", "inf", "-inf", "+-3", "1e999", "--2"}) {
        const auto result = apply_opcode(region, "volume", value);
        CHECK(result.outcome == Outcome::refused);
        CHECK(region.volume == 0);
    }
    CHECK(apply(region, "lokey", "128") == Outcome::refused);
    CHECK(apply(region, "key", "h2") == Outcome::refused);
    CHECK(apply(region, "loop_mode", "round") == Outcome::refused);
    CHECK(region.lokey == 0);
    CHECK_FALSE(region.loop_mode.has_value());
}

TEST_CASE("an opcode nobody knows is unknown")
{
    Region region;
    CHECK(apply(region, "cutoff9", "500") == Outcome::unknown);
    CHECK(apply(region, "", "") == Outcome::unknown);
    CHECK(apply(region, std::string(100'000, 'x'), "1") == Outcome::unknown);
}
