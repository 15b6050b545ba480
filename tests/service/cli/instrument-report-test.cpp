// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/instrument-report.hpp"
#include "service/cli/sound-file.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <fstream>

using namespace decant::cli;
using Catch::Matchers::ContainsSubstring;
using decant::tests::TemporaryDirectory;

TEST_CASE("an instrument is described for people and for scripts, with a count of what is not supported")
{
    const TemporaryDirectory directory;
    SoundWriter sample(directory.path() / "a.wav", 48000, 1);
    sample.write(std::array{0.5F, 0.25F});
    sample.finish();
    std::ofstream(directory.path() / "a.sfz") << "<global> sample=a.wav no_such_opcode=1\n"
                                                 "<region> key=60 no_such_opcode=2\n"
                                                 "<region> lokey=62 hikey=64 lovel=1 hivel=64 another=1\n"
                                                 "<region> lokey=62 hikey=64 lovel=65\n"
                                                 "<nothing>\n";

    const auto report = report_on_instrument(directory.path() / "a.sfz");

    const auto json = to_json(report);
    CHECK(json["regions"] == 3);
    CHECK(json["samples"] == 1);
    CHECK(json["lowest_key"] == 60);
    CHECK(json["highest_key"] == 64);
    CHECK(json["velocity_layers"] == 2);
    CHECK(json["problems"].empty());
    REQUIRE(json["unsupported"].size() == 3);
    CHECK(json["unsupported"][0]["opcode"] == "no_such_opcode");
    CHECK(json["unsupported"][0]["count"] == 2);
    CHECK(json["unsupported"][0]["line"] == 1);
    CHECK(json["unsupported"][1]["opcode"] == "<nothing>");
    CHECK(json["unsupported"][2]["line"] == 3);
    CHECK_THAT(to_text(report), ContainsSubstring("2 × no_such_opcode"));
    CHECK_THAT(to_text(report), ContainsSubstring("a.sfz:1"));
}
