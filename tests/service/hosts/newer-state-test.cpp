// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A decantd that finds what a newer one has left: after a downgrade, and when the newer one is back.

#include "service/hosts/host-command.hpp"
#include "service/hosts/state-file.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace decant::service;
using Catch::Matchers::ContainsSubstring;
using decant::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace
{

const std::string plugin = "vst2:DcSy";

SavedState state_of(std::byte content)
{
    return {plugin, {content}};
}

std::string content_of(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Gives a state the version of a decantd that is not written yet.
std::string make_newer(const fs::path& file)
{
    constexpr std::streamoff place_of_version = 8;
    std::fstream(file, std::ios::binary | std::ios::in | std::ios::out).seekp(place_of_version).put(99);
    return content_of(file);
}

} // namespace

TEST_CASE("a state of a newer decantd is named as that, and is still there when that one is back")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    write_state_file(file, state_of(std::byte{1}));
    const auto newer = make_newer(file);

    const auto first = read_state_file_of(file, plugin);
    CHECK_FALSE(first.state);
    REQUIRE(first.problems.size() == 1);
    CHECK_THAT(first.problems[0], ContainsSubstring("bass.state was written by a newer decantd") &&
                                      ContainsSubstring("update Decant to have it back") &&
                                      ContainsSubstring("kept as " + first.file.string()));
    CHECK_THAT(first.problems[0], !ContainsSubstring("damaged"));
    CHECK(first.file == directory.path() / "bass.state.older");
    for (const auto content : {std::byte{2}, std::byte{3}, std::byte{4}})
        write_state_file(first.file, state_of(content));
    CHECK(read_state_file_of(file, plugin).state.value().bytes == state_of(std::byte{4}).bytes);
    CHECK(content_of(file) == newer);

    // Another plugin that has the name for a while does not touch it either.
    const auto others = read_state_file_of(file, "clap:other");
    CHECK_FALSE(others.state);
    write_state_file(others.file, {"clap:other", {std::byte{5}}});
    CHECK(read_state_file_of(file, plugin).state.value().bytes == state_of(std::byte{4}).bytes);
    CHECK(content_of(file) == newer);
}

TEST_CASE("the state before the one of a newer decantd is used, and not overwritten")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    write_state_file(file, state_of(std::byte{1}));
    write_state_file(file, state_of(std::byte{2}));
    const auto before = content_of(fs::path(file) += ".bak");
    make_newer(file);
    fs::path blocked;
    SECTION("and kept under the name that counts until then") {}
    SECTION("also where nothing can be written")
    {
        fs::create_directory(blocked = directory.path() / "bass.state.older.new");
    }

    const auto reading = read_state_file_of(file, plugin);

    CHECK(reading.state.value().bytes == state_of(std::byte{1}).bytes);
    CHECK(fs::exists(reading.file) == blocked.empty());
    CHECK(content_of(fs::path(file) += ".bak") == before);
    if (blocked.empty())
        write_state_file(reading.file, state_of(std::byte{3}));
    CHECK(content_of(fs::path(file) += ".bak") == before);
}

TEST_CASE("a state that an older decantd has saved since is told, and stays")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    const auto older = directory.path() / "bass.state.older";
    write_state_file(file, state_of(std::byte{1}));
    write_state_file(older, state_of(std::byte{2}));
    fs::last_write_time(older, fs::last_write_time(file) + std::chrono::seconds(1));

    const auto reading = read_state_file_of(file, plugin);
    CHECK(reading.file == file);
    CHECK(reading.state.value().bytes == state_of(std::byte{1}).bytes);
    REQUIRE(reading.problems.size() == 1);
    CHECK_THAT(reading.problems[0], ContainsSubstring(older.string()) && ContainsSubstring("rename it to"));
    CHECK(fs::exists(older));

    fs::last_write_time(file, fs::last_write_time(older) + std::chrono::seconds(1));
    CHECK(read_state_file_of(file, plugin).problems.empty());
}

TEST_CASE("a damaged state of a newer decantd is damaged")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    write_state_file(file, state_of(std::byte{1}));
    make_newer(file);
    fs::resize_file(file, fs::file_size(file) - 1);

    const auto reading = read_state_file_of(file, plugin);
    REQUIRE(reading.problems.size() == 1);
    CHECK_THAT(reading.problems[0], ContainsSubstring("is damaged"));
    CHECK(reading.file == file);
}

TEST_CASE("a command that is given a state of a newer decantd says what to do")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "bass.state";
    write_state_file(file, state_of(std::byte{1}));
    CHECK(load_state_file(file).plugin == plugin);
    make_newer(file);
    CHECK_THROWS_WITH(load_state_file(file), ContainsSubstring("written by a newer decantd. Update Decant"));
}
