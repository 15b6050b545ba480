// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "wine-host/fxp-file.hpp"
#include "wine-host/vst3-preset-file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <random>
#include <string_view>

namespace decant::host
{
namespace
{

std::vector<std::byte> bytes_of(std::string_view text)
{
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

std::string text_of(std::span<const std::byte> bytes)
{
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

using namespace std::string_literals;
using namespace std::string_view_literals;

/// As another host writes it, byte by byte: "Warm", of two values, for the plugin "Abcd" of version 1000.
constexpr auto program_file = "CcnK\0\0\0\x38" // 56 bytes follow
                              "FxCk\0\0\0\1"
                              "Abcd\0\0\x03\xe8"
                              "\0\0\0\2"
                              "Warm\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
                              "\x3f\0\0\0"
                              "\x3f\x80\0\0"sv;

/// A bank of the same plugin, in its own three bytes.
constexpr auto bank_file = "CcnK\0\0\0\x9b"
                           "FBCh\0\0\0\2"
                           "Abcd\0\0\x03\xe8"
                           "\0\0\0\x10\0\0\0\3"sv;

constexpr FxpPlugin abcd{0x41626364, 1000};

TEST_CASE("a program of another host is read, and written byte by byte as it was")
{
    const auto file = decode_fxp(bytes_of(program_file));
    REQUIRE(file);
    const auto& program = std::get<FxpProgram>(*file);
    CHECK(program.plugin.id == abcd.id);
    CHECK(program.plugin.version == abcd.version);
    CHECK(program.name == "Warm");
    CHECK(std::get<1>(program.content) == std::vector{0.5F, 1.0F});
    CHECK(text_of(encode_fxp(program)) == program_file);
}

TEST_CASE("a bank in the plugin's own bytes is written as other hosts read it")
{
    const auto written = encode_fxb({abcd, 3, bytes_of("xyz")}, 16);
    const auto text = text_of(written);
    CHECK(text.starts_with(bank_file));
    CHECK(text.size() == 8 + 0x9b);
    CHECK(text.substr(bank_file.size()) == std::string(124, '\0') + "\0\0\0\3xyz"s);
    const auto file = decode_fxp(written);
    REQUIRE(file);
    const auto& bank = std::get<FxpBank>(*file);
    CHECK(bank.current == 3);
    CHECK(std::get<0>(bank.content) == bytes_of("xyz"));
}

TEST_CASE("a bank of programs comes back as it was")
{
    FxpBank bank{abcd, 1, {}};
    bank.content = std::vector{FxpProgram{abcd, "One", std::vector{0.25F}},
                               FxpProgram{abcd, std::string(40, 'x'), std::vector{0.75F}}};
    const auto file = decode_fxp(encode_fxb(bank, 0));
    REQUIRE(file);
    const auto& read = std::get<FxpBank>(*file);
    CHECK(read.current == 1);
    const auto& programs = std::get<1>(read.content);
    REQUIRE(programs.size() == 2);
    CHECK(programs[0].name == "One");
    CHECK(std::get<1>(programs[0].content) == std::vector{0.25F});
    CHECK(programs[1].name == std::string(27, 'x'));
}

TEST_CASE("the size that a file states of itself may be wrong")
{
    auto bytes = bytes_of(program_file);
    bytes[7] = std::byte{0};
    CHECK(decode_fxp(bytes));
}

/// As the SDK writes it.
constexpr auto preset_file = "VST3\1\0\0\0"
                             "0123456789ABCDEF0123456789ABCDEF"
                             "\x37\0\0\0\0\0\0\0" // the list
                             "compcont"
                             "List\2\0\0\0"
                             "Comp\x30\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0"
                             "Cont\x34\0\0\0\0\0\0\0\4\0\0\0\0\0\0\0"sv;

TEST_CASE("a preset of VST3 is read, and written byte by byte as it was")
{
    auto text = std::string(preset_file);
    text[40] = 0x38;
    const auto preset = decode_vst3_preset(bytes_of(text));
    REQUIRE(preset);
    CHECK(preset->plugin == "0123456789ABCDEF0123456789ABCDEF");
    CHECK(preset->component == bytes_of("comp"));
    CHECK(preset->controller == bytes_of("cont"));
    CHECK(text_of(encode_vst3_preset(*preset)) == text);
    CHECK_FALSE(decode_vst3_preset(bytes_of(preset_file))); // its list is one byte off
}

TEST_CASE("a preset of VST3 without the controller's part is one, without the component's it is none")
{
    const auto preset = decode_vst3_preset(
        encode_vst3_preset({"0123456789ABCDEF0123456789ABCDEF", bytes_of("component"), {}}));
    REQUIRE(preset);
    CHECK(preset->component == bytes_of("component"));
    CHECK(preset->controller.empty());
    CHECK_FALSE(
        decode_vst3_preset(encode_vst3_preset({"0123456789ABCDEF0123456789ABCDEF", {}, bytes_of("c")})));
}

TEST_CASE("no truncated file is a preset")
{
    const auto fxb = encode_fxb({abcd, 0, std::vector{FxpProgram{abcd, "One", std::vector{0.25F, 1.0F}}}}, 0);
    for (const auto& whole : {bytes_of(program_file), encode_fxb({abcd, 3, bytes_of("xyz")}, 16), fxb}) {
        REQUIRE(decode_fxp(whole));
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK_FALSE(decode_fxp(std::span(whole).first(size)));
    }
    const auto vst3 =
        encode_vst3_preset({"0123456789ABCDEF0123456789ABCDEF", bytes_of("co"), bytes_of("ct")});
    for (std::size_t size = 0; size < vst3.size(); ++size)
        CHECK_FALSE(decode_vst3_preset(std::span(vst3).first(size)));
}

TEST_CASE("a value that is no number makes no preset")
{
    auto bytes = bytes_of(program_file);
    bytes[bytes.size() - 4] = std::byte{0x7f};
    CHECK_FALSE(decode_fxp(bytes));
}

TEST_CASE("damaged files are read without harm")
{
    std::mt19937 random(1);
    std::uniform_int_distribution<int> byte(0, 255);
    const std::vector<std::vector<std::byte>> files{
        bytes_of(program_file),
        encode_fxb({abcd, 0, std::vector{FxpProgram{abcd, "One", std::vector{0.5F}}}}, 0),
        encode_vst3_preset({"0123456789ABCDEF0123456789ABCDEF", bytes_of("comp"), bytes_of("cont")})};
    for (int round = 0; round < 20'000; ++round) {
        auto file = files[static_cast<std::size_t>(round) % files.size()];
        for (int i = 0; i < 3; ++i)
            file[random() % file.size()] = static_cast<std::byte>(byte(random));
        if (const auto read = decode_fxp(file))
            if (const auto* program = std::get_if<FxpProgram>(&*read))
                CHECK(encode_fxp(*program).size() <= file.size());
        if (const auto read = decode_vst3_preset(file))
            CHECK(read->component.size() <= file.size());
    }
}

} // namespace
} // namespace decant::host
