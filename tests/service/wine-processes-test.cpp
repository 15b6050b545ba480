// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/wine-processes.hpp"

#include "tests/support/child-process.hpp"
#include "tests/support/fake-wineserver.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>
#include <string>

using namespace decant;
using namespace decant::service;

TEST_CASE("the server of a prefix is the one that works in its directory")
{
    const tests::FakePrefix one;
    const tests::FakePrefix other;
    const tests::FakeWineserver server(one.workplace);
    CHECK(tests::wait_until([&] { return wineserver_of(one.path) == server.id(); }));
    CHECK(wineserver_of(other.path) == std::nullopt);
    CHECK(wineserver_of("/nowhere") == std::nullopt);
    CHECK(wineserver_of("") == std::nullopt);
}

TEST_CASE("the programs of a prefix are those that Wine runs in it, but for its server and our hosts")
{
    const tests::FakePrefix one;
    const tests::FakePrefix other;
    const auto link = one.directory.path() / "link";
    std::filesystem::create_directory_symlink(one.path, link);
    const tests::FakeWineserver server(one.workplace);
    const std::string wine = tests::fake_wine_program(one.directory.path(), "sh");
    const auto program = [](const std::string& shell, const std::filesystem::path& prefix,
                            const std::string& name) {
        return tests::ChildProcess({shell, "-c", "sleep 600; exit", name}, {{"WINEPREFIX", prefix.string()}});
    };
    auto services = program(wine, one.path, "services.exe");
    auto by_link = program(wine, link, "explorer.exe");
    auto host = program(wine, one.path, "decant-host64.exe");
    auto stranger = program(wine, other.path, "services.exe");
    auto of_linux = program("sh", one.path, "pipewire");
    const auto found = [&](const tests::ChildProcess& wanted) {
        return tests::wait_until([&] {
            const auto all = programs_in(one.path);
            return std::ranges::find(all, wanted.id()) != all.end();
        });
    };
    CHECK(found(services));
    CHECK(found(by_link));
    REQUIRE(tests::wait_until([&] { return prefix_of(host.id()) == one.path; }));
    REQUIRE(tests::wait_until([&] { return prefix_of(stranger.id()) == other.path; }));
    REQUIRE(tests::wait_until([&] { return prefix_of(of_linux.id()) == one.path; }));
    const auto all = programs_in(one.path);
    CHECK(std::ranges::find(all, host.id()) == all.end());
    CHECK(std::ranges::find(all, stranger.id()) == all.end());
    CHECK(std::ranges::find(all, of_linux.id()) == all.end());
    CHECK(std::ranges::find(all, server.id()) == all.end());
    CHECK(programs_in("/nowhere").empty());
}
