// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/host-command.hpp"
#include "service/hosts/wine-prefix.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <filesystem>
#include <fstream>

using namespace decant::service;
using decant::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace
{

/// Two prefixes and a folder of plugins outside of both.
struct World {
    TemporaryDirectory directory;
    fs::path root = fs::canonical(directory.path());
    fs::path first = root / "first";
    fs::path second = root / "second";
    fs::path elsewhere = root / "plugins";
    PrefixEnvironment environment{{}, root / "home"};

    World()
    {
        for (const auto& prefix : {first, second}) {
            fs::create_directories(prefix / "dosdevices");
            fs::create_directories(prefix / "drive_c/VstPlugins");
            fs::create_symlink("../drive_c", prefix / "dosdevices/c:");
        }
        fs::create_directories(elsewhere);
    }

    static fs::path plugin_in(const fs::path& folder)
    {
        std::ofstream(folder / "Synth.dll") << "MZ";
        return folder / "Synth.dll";
    }

    [[nodiscard]] fs::path prefix_of(const fs::path& plugin) const
    {
        return wine_prefix_of(plugin, std::nullopt, environment);
    }
};

} // namespace

TEST_CASE("a plugin belongs to the prefix that it lies in")
{
    const World world;

    CHECK(world.prefix_of(World::plugin_in(world.first / "drive_c/VstPlugins")) == world.first);
    CHECK(world.prefix_of(World::plugin_in(world.second / "drive_c/VstPlugins")) == world.second);
    CHECK(world.prefix_of(world.first / "dosdevices/c:/VstPlugins/Synth.dll") == world.first);
}

TEST_CASE("a plugin that is linked into a prefix belongs to that prefix")
{
    const World world;
    const auto link = world.first / "drive_c/VstPlugins/Synth.dll";
    fs::create_symlink(World::plugin_in(world.elsewhere), link);

    CHECK(world.prefix_of(link) == world.first);
}

TEST_CASE("a plugin that is linked from one prefix into another belongs to the place that is named")
{
    const World world;
    const auto link = world.second / "drive_c/VstPlugins/Synth.dll";
    fs::create_symlink(World::plugin_in(world.first / "drive_c/VstPlugins"), link);

    CHECK(world.prefix_of(link) == world.second);
}

TEST_CASE("a link outside of all prefixes leads to the prefix that it points into")
{
    const World world;
    fs::create_symlink("../first/drive_c/VstPlugins", world.elsewhere / "vst");
    World::plugin_in(world.first / "drive_c/VstPlugins");

    CHECK(world.prefix_of(world.elsewhere / "vst/Synth.dll") == world.first);
}

TEST_CASE("a link through a prefix to a place outside leads to that prefix")
{
    const World world;
    const auto inside = world.first / "drive_c/VstPlugins/Synth.dll";
    fs::create_symlink(World::plugin_in(world.elsewhere), inside);
    fs::create_symlink(inside, world.root / "favourite.dll");

    CHECK(world.prefix_of(world.root / "favourite.dll") == world.first);
}

TEST_CASE("a circle of links falls back to the default prefix")
{
    const World world;
    fs::create_symlink("b", world.elsewhere / "a");
    fs::create_symlink("a", world.elsewhere / "b");

    CHECK(world.prefix_of(world.elsewhere / "a/Synth.dll") == world.root / "home/.wine");
}

TEST_CASE("a plugin outside of all prefixes runs in WINEPREFIX, else in ~/.wine")
{
    World world;
    const auto plugin = World::plugin_in(world.elsewhere);
    CHECK(world.prefix_of(plugin) == world.root / "home/.wine");

    world.environment.wineprefix = world.second;
    CHECK(world.prefix_of(plugin) == world.second);
}

TEST_CASE("a relative WINEPREFIX is refused, as Wine does, with an absolute one as example")
{
    World world;
    world.environment.wineprefix = "relative";
    CHECK_THROWS_WITH(world.prefix_of(World::plugin_in(world.elsewhere)),
                      Catch::Matchers::ContainsSubstring("'relative'") &&
                          Catch::Matchers::ContainsSubstring("must be an absolute path"));
    CHECK(world.prefix_of(World::plugin_in(world.first / "drive_c/VstPlugins")) == world.first);
}

TEST_CASE("a prefix that is given beats everything")
{
    World world;
    world.environment.wineprefix = world.second;
    const auto plugin = World::plugin_in(world.first / "drive_c/VstPlugins");

    CHECK(wine_prefix_of(plugin, world.root / "mine", world.environment) == world.root / "mine");
}

TEST_CASE("without prefix, WINEPREFIX and HOME the error names the key to set")
{
    const World world;
    CHECK_THROWS_WITH(wine_prefix_of(world.elsewhere / "Synth.dll", std::nullopt, {}),
                      Catch::Matchers::ContainsSubstring("prefix ="));
}
