// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "wine-host/protocol/events.hpp"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <random>
#include <span>
#include <vector>

using namespace decant::protocol;

namespace
{

constexpr std::array<std::uint8_t, 3> note{0x90, 69, 100};

} // namespace

TEST_CASE("events come out in the order in which they went in")
{
    std::array<std::byte, 256> area{};
    EventWriter writer(area);
    REQUIRE(writer.push_parameter(0, 5, 0.25));
    REQUIRE(writer.push_midi(3, note));

    EventReader reader(area, writer.size());
    EventView event;
    REQUIRE(reader.next(event, 64));
    CHECK(event.type == EventType::parameter);
    ParameterEvent parameter;
    REQUIRE(event.payload.size() == sizeof parameter);
    std::memcpy(&parameter, event.payload.data(), sizeof parameter);
    CHECK((parameter.id == 5 && parameter.value == 0.25));
    REQUIRE(reader.next(event, 64));
    CHECK((event.frame == 3 && event.type == EventType::midi));
    CHECK(std::equal(note.begin(), note.end(), event.midi().begin(), event.midi().end()));
    CHECK_FALSE(reader.next(event, 64));
}

TEST_CASE("an event that does not fit leaves the area as it was")
{
    std::array<std::byte, 48> area{};
    EventWriter writer(area);
    REQUIRE(writer.push_midi(0, note));
    const auto before = area;

    CHECK_FALSE(writer.push_midi(1, std::vector<std::uint8_t>(9)));
    CHECK(writer.size() == 24);
    CHECK(area == before);
    CHECK(writer.push_midi(1, note));
    CHECK_FALSE(writer.push_midi(2, {}));
}

TEST_CASE("a SysEx of 64 KiB fits beside 4096 parameter changes")
{
    std::vector<std::byte> area(event_area_bytes);
    EventWriter writer(area);
    for (std::uint32_t i = 0; i < 4096; ++i)
        REQUIRE(writer.push_parameter(0, i, 1));

    CHECK(writer.push_midi(0, std::vector<std::uint8_t>(65536)));
}

TEST_CASE("frames beyond the block are cut to its last one")
{
    std::array<std::byte, 64> area{};
    EventWriter writer(area);
    REQUIRE(writer.push_midi(4000000000U, note));
    EventReader reader(area, writer.size());
    EventView event;

    REQUIRE(reader.next(event, 32));
    CHECK(event.frame == 31);
}

TEST_CASE("a payload that reaches beyond the area ends the walk")
{
    std::array<std::byte, 64> area{};
    for (const std::uint32_t size : {49U, 0x7fffffffU, 0xffffffffU}) {
        const EventHeader header{0, EventType::midi, size, 0};
        std::memcpy(area.data(), &header, sizeof header);
        EventReader reader(area, 0xffffffffU);
        EventView event;

        CHECK_FALSE(reader.next(event, 32));
        CHECK_FALSE(reader.next(event, 32));
    }
}

TEST_CASE("a walk through random bytes stays inside them and ends")
{
    std::mt19937 random(1);
    for (int round = 0; round < 20000; ++round) {
        std::vector<std::byte> area(random() % 512);
        for (auto& byte : area)
            byte = static_cast<std::byte>(random() % 8 == 0 ? random() : 0);
        EventReader reader(area, random() % 1024);
        EventView event;
        std::size_t events = 0;
        while (reader.next(event, 64)) {
            CHECK(event.frame < 64);
            if (!event.payload.empty()) {
                CHECK(event.payload.data() >= area.data());
                CHECK(event.payload.data() + event.payload.size() <= area.data() + area.size());
            }
            ++events;
        }
        CHECK(events <= area.size() / sizeof(EventHeader));
    }
}
