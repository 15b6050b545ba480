// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/held-notes.hpp"

#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <vector>

namespace decant::nodes
{

TEST_CASE("what is let go comes before the block's own messages, and those without room are counted")
{
    const auto held = std::make_unique<HeldNotes>();
    const std::vector<std::uint8_t> down{0x93, 60, 100};
    const MidiEvent press{0, down};
    held->watch({&press, 1}, 7);

    const std::vector<std::uint8_t> tick{0xf8};
    const std::vector<MidiEvent> few(3, {9, tick});
    const auto all = held->release(few, 0);
    REQUIRE(all.size() == 4);
    CHECK(std::vector(all[0].bytes.begin(), all[0].bytes.end()) == std::vector<std::uint8_t>{0x83, 60, 0});
    CHECK(all[1].bytes.data() == tick.data());
    CHECK(all[3].frame == 9);
    CHECK(held->lost() == 0);

    const std::vector<MidiEvent> many(100'000, {9, tick});
    const auto some = held->release(many, 0);
    CHECK(some.size() < many.size());
    CHECK(held->lost() == many.size() - some.size());
}

} // namespace decant::nodes
