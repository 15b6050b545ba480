// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/prefix-setup.hpp"
#include "tests/support/private-session.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

using namespace decant::service;
using Catch::Matchers::ContainsSubstring;
using decant::tests::TemporaryDirectory;
using decant::tests::wait_until;
namespace fs = std::filesystem;

namespace
{

/// A Wine whose wineboot is a few lines of shell; what it did is counted in `boots`.
struct World {
    TemporaryDirectory directory;
    fs::path root = fs::canonical(directory.path());
    fs::path prefix = root / "home/.wine";
    fs::path boots = root / "boots";
    Wine wine{root / "bin/wine64", false};

    explicit World(const std::string& wineboot = "echo 1676758571 > \"$WINEPREFIX/.update-timestamp\"")
    {
        fs::create_directories(root / "bin");
        std::ofstream(wine.loader) << "#!/bin/sh\necho \"$@ arch=$WINEARCH display=$DISPLAY\" >> "
                                   << boots.string() << "\n"
                                   << wineboot << "\n";
        fs::permissions(wine.loader, fs::perms::owner_all);
    }

    /// As this Wine's share/wine/wine.inf would be if it was built at `seconds`.
    void built_at(long seconds) const
    {
        fs::create_directories(root / "share/wine");
        std::ofstream(root / "share/wine/wine.inf") << "[Version]\n";
        const timespec times[2] = {{seconds, 0}, {seconds, 0}};
        REQUIRE(utimensat(AT_FDCWD, (root / "share/wine/wine.inf").c_str(), times, 0) == 0);
    }

    [[nodiscard]] std::vector<std::string> boot_lines() const
    {
        std::vector<std::string> lines;
        std::ifstream file(boots);
        for (std::string line; std::getline(file, line);)
            lines.push_back(line);
        return lines;
    }
};

} // namespace

TEST_CASE("a missing prefix is made, without a window and for 64 bits, and that is told")
{
    ::setenv("DISPLAY", ":77", 1);
    const World world;
    std::vector<std::string> told;

    ensure_wine_prefix(world.wine, world.prefix, 64,
                       [&told](const std::string& text) { told.push_back(text); });

    CHECK(world.boot_lines() == std::vector<std::string>{"wineboot --init arch=win64 display="});
    REQUIRE(told.size() == 1);
    CHECK_THAT(told[0], ContainsSubstring(world.prefix.string()));
}

TEST_CASE("with ENABLE_UPDATE_WINDOW=1 the window that says so is not kept away")
{
    ::setenv("DISPLAY", ":77", 1);
    ::setenv("ENABLE_UPDATE_WINDOW", "1", 1);
    const World world;
    ensure_wine_prefix(world.wine, world.prefix, 64, {});
    ::unsetenv("ENABLE_UPDATE_WINDOW");
    CHECK(world.boot_lines() == std::vector<std::string>{"wineboot --init arch=win64 display=:77"});
}

TEST_CASE("a prefix that is there is left alone")
{
    const World world;
    world.built_at(1676758571);
    ensure_wine_prefix(world.wine, world.prefix, 64, {});
    ensure_wine_prefix(world.wine, world.prefix, 64, {});
    CHECK(world.boot_lines().size() == 1);
}

TEST_CASE("a prefix of another Wine is updated, unless its owner has forbidden that")
{
    const World world;
    world.built_at(1676758571);
    fs::create_directories(world.prefix);

    std::ofstream(world.prefix / ".update-timestamp") << "disable\n";
    ensure_wine_prefix(world.wine, world.prefix, 64, {});
    CHECK(world.boot_lines().empty());

    std::ofstream(world.prefix / ".update-timestamp") << "1000\n";
    ensure_wine_prefix(world.wine, world.prefix, 64, {});
    CHECK(world.boot_lines().size() == 1);
}

TEST_CASE("many hosts that start together make the prefix once")
{
    const World world("sleep 0.2; echo 1 > \"$WINEPREFIX/.update-timestamp\"");
    std::atomic<int> ready = 0;
    std::vector<std::thread> starts;
    for (int i = 0; i < 32; ++i)
        starts.emplace_back([&] {
            ensure_wine_prefix(world.wine, world.prefix, 64, {});
            if (fs::exists(world.prefix / ".update-timestamp"))
                ++ready;
        });
    for (auto& start : starts)
        start.join();

    CHECK(ready == 32);
    CHECK(world.boot_lines().size() == 1);
}

TEST_CASE("a prefix that cannot be made is an error with what wineboot said")
{
    const World failing("echo no space left >&2; exit 1");
    CHECK_THROWS_WITH(ensure_wine_prefix(failing.wine, failing.prefix, 64, {}),
                      ContainsSubstring("ended with status 1") && ContainsSubstring("no space left"));

    const World lazy("true");
    CHECK_THROWS_WITH(ensure_wine_prefix(lazy.wine, lazy.prefix, 64, {}),
                      ContainsSubstring("could not make"));
}

TEST_CASE("a prefix in the way of a file is an error that names it")
{
    const World world;
    fs::create_directories(world.prefix.parent_path());
    std::ofstream(world.prefix) << "a file";
    CHECK_THROWS_WITH(ensure_wine_prefix(world.wine, world.prefix, 64, {}),
                      ContainsSubstring(world.prefix.string()));
}

TEST_CASE("a directory that is no prefix is not made one, and the right one is named")
{
    const World world;
    fs::create_directories(world.prefix / "dosdevices");
    const auto inside = world.prefix / "drive_c/VstPlugins";
    const auto beside = world.root / "plugins";
    for (const auto& directory : {inside, beside}) {
        fs::create_directories(directory);
        std::ofstream(directory / "Synth.dll") << "MZ";
        CHECK_THROWS_WITH(ensure_wine_prefix(world.wine, directory, 64, {}),
                          ContainsSubstring(directory.string() + " is no Wine prefix") &&
                              ContainsSubstring(directory == inside
                                                    ? "Did you mean " + world.prefix.string() + "?"
                                                    : "Give the directory that holds drive_c"));
    }
    CHECK(world.boot_lines().empty());
}

TEST_CASE("a prefix whose making was cut short is made again")
{
    const World world;
    fs::create_directories(world.prefix);
    std::ofstream(world.prefix / ".decant-lock") << "";
    CHECK_NOTHROW(ensure_wine_prefix(world.wine, world.prefix, 64, {}));
    CHECK(world.boot_lines().size() == 1);
}

TEST_CASE(
    "a prefix that was made before 32-bit Wine came is updated for a 32-bit plugin, unless that is forbidden")
{
    const std::string boot = "echo 1 > \"$WINEPREFIX/.update-timestamp\"; ";
    const std::string windows = "$WINEPREFIX/drive_c/windows/syswow64";
    const World world(boot + "mkdir -p \"" + windows + "\"; touch \"" + windows + "/kernel32.dll\"");
    fs::create_directories(world.prefix / "drive_c");
    std::ofstream(world.prefix / ".update-timestamp") << "disable\n";
    CHECK_NOTHROW(ensure_wine_prefix(world.wine, world.prefix, 64, {}));
    CHECK_THROWS_WITH(ensure_wine_prefix(world.wine, world.prefix, 32, {}),
                      ContainsSubstring("wineboot --update"));
    CHECK(world.boot_lines().empty());

    std::ofstream(world.prefix / ".update-timestamp") << "1\n";
    ensure_wine_prefix(world.wine, world.prefix, 32, {});
    ensure_wine_prefix(world.wine, world.prefix, 32, {});
    CHECK(world.boot_lines() == std::vector<std::string>{"wineboot --update arch=win64 display="});

    const World half(boot);
    CHECK_THROWS_WITH(ensure_wine_prefix(half.wine, half.prefix, 32, {}), ContainsSubstring("syswow64"));
}

TEST_CASE("a 32-bit prefix runs 32-bit plugins only")
{
    const World world;
    fs::create_directories(world.prefix);
    std::ofstream(world.prefix / ".update-timestamp") << "1\n";
    std::ofstream(world.prefix / "system.reg") << "WINE REGISTRY Version 2\n;; All keys\n\n#arch=win32\n";

    CHECK_NOTHROW(ensure_wine_prefix(world.wine, world.prefix, 32, {}));
    CHECK_THROWS_WITH(ensure_wine_prefix(world.wine, world.prefix, 64, {}),
                      ContainsSubstring("WINEARCH=win32"));
}

TEST_CASE("who gives up a prefix waits neither for Wine, which makes it, nor for somebody else who does")
{
    using namespace std::chrono_literals;
    const World world("sleep 60");
    std::atomic<bool> given_up = false;
    const Progress progress([](const std::string&) {}, [&] { return given_up.load(); });
    const auto make = [&]() -> std::string {
        try {
            ensure_wine_prefix(world.wine, world.prefix, 64, progress);
        } catch (const PluginError& error) {
            return error.what();
        }
        return "made";
    };
    auto one = std::async(std::launch::async, make);
    auto other = std::async(std::launch::async, make);
    REQUIRE(wait_until([&] { return world.boot_lines().size() == 1; }));

    const auto before = std::chrono::steady_clock::now();
    given_up = true;
    CHECK_THAT(one.get(), ContainsSubstring("nobody waits for it any more"));
    CHECK_THAT(other.get(), ContainsSubstring("nobody waits for it any more"));
    CHECK(std::chrono::steady_clock::now() - before < 10s);
}
