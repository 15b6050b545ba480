// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "wine-host/protocol/wire.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <random>
#include <vector>

using namespace decant::protocol;

TEST_CASE("fields come out of the wire in the order in which they went in")
{
    WireWriter out;
    out.put(std::uint32_t{7}).put(2.5).put_text("text").put(true).put_text("");

    WireReader in(out.bytes());

    CHECK(in.get<std::uint32_t>() == 7);
    CHECK(in.get<double>() == 2.5);
    CHECK(in.get_text() == "text");
    CHECK(in.get<std::uint8_t>() == 1);
    CHECK(in.get_text().empty());
    CHECK(in.complete());
}

TEST_CASE("a field beyond the end reads as zero, and so does everything after it")
{
    WireWriter out;
    out.put(std::uint16_t{7});
    WireReader in(out.bytes());

    CHECK(in.get<std::uint32_t>() == 0);
    CHECK(in.failed());
    CHECK(in.get<std::uint8_t>() == 0);
    CHECK_FALSE(in.complete());
}

TEST_CASE("a text that claims to be longer than what has arrived is empty")
{
    WireWriter out;
    out.put(std::uint32_t{0xffffffff}).put(std::uint32_t{0});
    WireReader in(out.bytes());

    CHECK(in.get_text().empty());
    CHECK(in.failed());
}

TEST_CASE("a reader of random bytes stays inside them")
{
    std::mt19937 random(1);
    for (int round = 0; round < 50000; ++round) {
        std::vector<std::byte> bytes(random() % 64);
        for (auto& byte : bytes)
            byte = static_cast<std::byte>(random() % 3 == 0 ? random() : 0);
        WireReader in(bytes);
        std::size_t taken = 0;
        for (int field = 0; field < 20; ++field)
            switch (random() % 4) {
            case 0:
                (void)in.get<double>();
                break;
            case 1:
                (void)in.get<std::uint8_t>();
                break;
            case 2:
                taken += in.get_blob().size();
                break;
            default:
                taken += in.get_text().size();
                break;
            }
        CHECK(taken <= bytes.size());
    }
}
