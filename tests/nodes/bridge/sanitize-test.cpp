// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodes/bridge/midi-message.hpp"
#include "nodes/bridge/sanitize.hpp"

#include "wine-host/protocol/version.hpp"

#include <catch2/catch_test_macros.hpp>
#include <limits>
#include <vector>

using namespace decant;
using bridge::clean_text;

TEST_CASE("a text of ordinary characters stays as it is")
{
    CHECK(clean_text("Bässe № 1 𝄞") == "Bässe № 1 𝄞");
}

TEST_CASE("control characters cannot reach a terminal")
{
    CHECK(clean_text("a\x1b[31mb\nc\x7f") == "a [31mb c ");
    CHECK(clean_text("a\xc2\x9b"
                     "31m") == "a 31m");
    CHECK(clean_text(std::string_view("a\0b", 3)) == "a b");
}

TEST_CASE("bytes that are no UTF-8 become the replacement character")
{
    CHECK(clean_text("\xe4") == "\uFFFD");
    CHECK(clean_text("\xc0\x80") == "\uFFFD\uFFFD");           // overlong
    CHECK(clean_text("\xed\xa0\x80") == "\uFFFD\uFFFD\uFFFD"); // a surrogate
    CHECK(clean_text("\xf4\x90\x80\x80").size() == 4 * 3);     // beyond Unicode
    CHECK(clean_text("a\xe2\x82") == "a\uFFFD\uFFFD");         // cut
}

TEST_CASE("a long text is cut between characters")
{
    CHECK(clean_text("aää", 4) == "aä");
}

TEST_CASE("a parameter's range is finite and ascending with the initial value inside")
{
    const double infinite = std::numeric_limits<double>::infinity();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    protocol::PluginDescription plugin;
    plugin.latency = 0xffffffff;
    plugin.parameters = {
        {1, "a", "", nan, 5, 3, 0}, {2, "b", "", 7, -2, infinite, 0}, {3, "c", "", 0, 1, 9, 0}};

    bridge::clean(plugin);

    CHECK(plugin.latency == protocol::max_latency);
    CHECK((plugin.parameters[0].minimum == 0 && plugin.parameters[0].maximum == 1 &&
           plugin.parameters[0].initial == 1));
    CHECK((plugin.parameters[1].minimum == -2 && plugin.parameters[1].maximum == 7 &&
           plugin.parameters[1].initial == -2));
    CHECK(plugin.parameters[2].initial == 1);
}

TEST_CASE("only whole MIDI messages are taken for MIDI")
{
    using Bytes = std::vector<std::uint8_t>;
    for (const auto& message : {Bytes{0x90, 60, 100}, Bytes{0xc3, 5}, Bytes{0xe0, 0, 64}, Bytes{0xf8},
                                Bytes{0xf2, 1, 2}, Bytes{0xf0, 0xf7}, Bytes{0xf0, 1, 2, 0xf7}})
        CHECK(bridge::is_midi_message(message));
    for (const auto& message : {Bytes{}, Bytes{60}, Bytes{0x90, 60}, Bytes{0x90, 60, 100, 0},
                                Bytes{0x90, 60, 200}, Bytes{0xc3, 5, 0}, Bytes{0xf0}, Bytes{0xf0, 1, 2},
                                Bytes{0xf0, 0x90, 0xf7}, Bytes{0xf4}, Bytes{0xf7}, Bytes{0xfd}})
        CHECK_FALSE(bridge::is_midi_message(message));
}
