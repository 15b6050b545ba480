// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/memory-lock.hpp"
#include "tests/wine-host/wine-host.hpp"

#include <catch2/catch_test_macros.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

namespace decant::tests
{
namespace
{

/// A row of /proc/PROCESS/status, in kibibytes.
std::size_t kibibytes_of(pid_t process, const std::string& row)
{
    std::ifstream file("/proc/" + std::to_string(process) + "/status");
    for (std::string name; file >> name;) {
        std::size_t value = 0;
        if (name == row + ":" && file >> value)
            return value;
        file.ignore(1 << 10, '\n');
    }
    return 0;
}

TEST_CASE(
    "the stack of a host's audio thread, and what it shares with the service, are locked before the first "
    "block")
{
    if (!may_lock(4 << 20))
        SKIP(
            "too little memory may be locked here: the limit \"memlock\" is below 4 MiB (see decant doctor), "
            "or a container forbids it");
    WineHost host;
    host.load("decant-test-gain.dll");
    // Half a megabyte of stack, and two channels each way.
    constexpr std::size_t channels = 4 * sizeof(float) * protocol::max_frames / 1024;
    CHECK(kibibytes_of(host.process().id(), "VmLck") >= 512 + channels);
}

TEST_CASE("a host of 32 bits may use all of its four gigabytes")
{
    if (bits_under_test() != 32)
        SKIP("a matter of 32 bits");
    std::ifstream file(wine_host_command().back(), std::ios::binary);
    const std::vector<char> program{std::istreambuf_iterator<char>(file), {}};
    constexpr std::size_t place_of_header = 0x3c;
    std::uint32_t header = 0;
    REQUIRE(program.size() > place_of_header + sizeof header);
    std::memcpy(&header, &program[place_of_header], sizeof header);
    constexpr std::size_t place_of_characteristics = 22;
    std::uint16_t characteristics = 0;
    REQUIRE(program.size() > header + place_of_characteristics + sizeof characteristics);
    std::memcpy(&characteristics, &program[header + place_of_characteristics], sizeof characteristics);
    constexpr std::uint16_t large_address_aware = 0x20;
    CHECK((characteristics & large_address_aware) != 0);
}

} // namespace
} // namespace decant::tests
