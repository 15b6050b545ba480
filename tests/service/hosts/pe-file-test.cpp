// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/host-command.hpp"
#include "service/hosts/pe-file.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>

#include <sys/stat.h>

using namespace decant::service;
using Catch::Matchers::ContainsSubstring;
using decant::tests::TemporaryDirectory;

namespace
{

/// The headers of a Windows binary, as far as anybody looks at them here.
std::string pe_file(std::uint16_t machine, std::uint16_t characteristics)
{
    std::string file(0x80, '\0');
    file.replace(0, 2, "MZ");
    file[0x3c] = static_cast<char>(0x80);
    file += std::string("PE\0\0", 4);
    file += static_cast<char>(machine & 0xff);
    file += static_cast<char>(machine >> 8);
    file += std::string(16, '\0');
    file += static_cast<char>(characteristics & 0xff);
    file += static_cast<char>(characteristics >> 8);
    return file;
}

constexpr std::uint16_t dll = 0x2022;
constexpr std::uint16_t program = 0x0022;

struct Folder {
    TemporaryDirectory directory;

    [[nodiscard]] std::filesystem::path file(const std::string& content) const
    {
        const auto path = directory.path() / "Plugin.dll";
        std::ofstream(path, std::ios::binary) << content;
        return path;
    }
};

} // namespace

TEST_CASE("the header of a DLL tells its word size")
{
    const Folder folder;
    CHECK(bits_of_dll(folder.file(pe_file(0x8664, dll))) == 64);
    CHECK(bits_of_dll(folder.file(pe_file(0x014c, dll))) == 32);
}

TEST_CASE("what is no plugin is called by its name")
{
    const Folder folder;
    const auto complaint = [&folder](const std::string& content, const std::string& text) {
        CHECK_THROWS_WITH(bits_of_dll(folder.file(content)), ContainsSubstring(text));
    };

    complaint("", "empty");
    complaint("hello, world", "no Windows DLL; give the .dll");
    complaint(std::string("\x7f") + "ELF and so on", "Linux library");
    complaint("PK\x03\x04", "ZIP");
    complaint("MZ", "cut short");
    complaint(pe_file(0x8664, dll).substr(0, 0x88), "cut short");
    complaint(pe_file(0x8664, program), "it is a program");
    complaint(pe_file(0xaa64, dll), "ARM");
    complaint(pe_file(0x0200, dll), "processor");
    complaint(pe_file(0x8664, dll).replace(0x80, 2, "NE"), "16-bit");
}

TEST_CASE("a path that is no file is refused without reading it")
{
    const Folder folder;
    CHECK_THROWS_WITH(bits_of_dll(folder.directory.path() / "Missing.dll"),
                      ContainsSubstring("does not exist"));
    CHECK_THROWS_WITH(bits_of_dll(folder.directory.path()), ContainsSubstring("directory"));

    const auto pipe = folder.directory.path() / "pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    CHECK_THROWS_WITH(bits_of_dll(pipe), ContainsSubstring("no regular file"));
}

TEST_CASE("no header, however damaged, is more than refused")
{
    const Folder folder;
    std::mt19937 random(1);
    for (int round = 0; round < 2000; ++round) {
        std::string bytes = pe_file(0x8664, dll);
        for (int i = 0; i < 4; ++i)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        bytes.resize(random() % (bytes.size() + 1));
        try {
            const int bits = bits_of_dll(folder.file(bytes));
            CHECK((bits == 32 || bits == 64));
        } catch (const PluginError&) {
        }
    }
}
