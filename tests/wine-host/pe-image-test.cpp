// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/pe-image.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>

namespace decant::host
{
namespace
{

template <class T>
void put(std::vector<std::byte>& file, std::size_t offset, T value)
{
    std::memcpy(file.data() + offset, &value, sizeof value);
}

void put_text(std::vector<std::byte>& file, std::size_t offset, const std::string& text)
{
    std::memcpy(file.data() + offset, text.c_str(), text.size() + 1);
}

/// A 64-bit DLL of one section, at the address 0x1000, with two imports.
std::vector<std::byte> small_dll()
{
    std::vector<std::byte> file(0x600);
    put<std::uint16_t>(file, 0, 0x5a4d);
    put<std::uint32_t>(file, 0x3c, 0x40);
    put<std::uint32_t>(file, 0x40, 0x00004550);
    put<std::uint16_t>(file, 0x44, protocol::PeHeader::x86_64);
    put<std::uint16_t>(file, 0x46, 1);      // sections
    put<std::uint16_t>(file, 0x54, 240);    // size of the optional header
    put<std::uint16_t>(file, 0x56, 0x2000); // a DLL
    put<std::uint16_t>(file, 0x58, 0x020b);
    put<std::uint32_t>(file, 0x58 + 112 + 8, 0x1100); // the table of imports
    constexpr std::size_t section = 0x58 + 240;
    put<std::uint32_t>(file, section + 8, 0x400);   // size
    put<std::uint32_t>(file, section + 12, 0x1000); // address
    put<std::uint32_t>(file, section + 16, 0x400);  // size in the file
    put<std::uint32_t>(file, section + 20, 0x200);  // offset in the file
    put<std::uint32_t>(file, 0x300 + 12, 0x1200);
    put<std::uint32_t>(file, 0x300 + 20 + 12, 0x1210);
    put_text(file, 0x400, "KERNEL32.dll");
    put_text(file, 0x410, "MSVCP140.dll");
    return file;
}

TEST_CASE("a DLL tells its machine and what it imports")
{
    const auto image = read_pe_image(small_dll());
    REQUIRE(image);
    CHECK(image->header.machine == protocol::PeHeader::x86_64);
    CHECK(image->header.dll());
    CHECK(image->imports == std::vector<std::string>{"KERNEL32.dll", "MSVCP140.dll"});
}

TEST_CASE("a file that is cut anywhere is read as far as it goes")
{
    const auto whole = small_dll();
    for (std::size_t size = 0; size <= whole.size(); ++size) {
        const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        const auto image = read_pe_image(cut);
        CHECK(image.has_value() == (size >= 0x58 + 2));
    }
}

TEST_CASE("random bytes in a header are survived")
{
    std::minstd_rand random(1);
    for (int round = 0; round < 20000; ++round) {
        auto file = small_dll();
        for (int change = 0; change < 4; ++change)
            file[random() % 0x400] = static_cast<std::byte>(random());
        if (const auto image = read_pe_image(file))
            CHECK(image->imports.size() <= 1024);
    }
}

} // namespace
} // namespace decant::host
