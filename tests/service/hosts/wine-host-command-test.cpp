// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/hosts/host-command.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

using namespace decant::service;
using Catch::Matchers::ContainsSubstring;
using decant::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace
{

/// A Wine that nobody starts, the host's file, and a plugin in a prefix that is ready.
struct World {
    TemporaryDirectory directory;
    fs::path root = fs::canonical(directory.path());
    fs::path prefix = root / "wine";

    World()
    {
        write("bin/wine64", "#!/bin/sh\n");
        fs::permissions(root / "bin/wine64", fs::perms::owner_all);
        write("host/x86_64-windows/decant-host64.exe", "");
        fs::create_directories(prefix / "dosdevices");
        write("wine/.update-timestamp", "disable\n");
        std::string dll(0x80, '\0'); // as far as anybody looks at its headers
        dll.replace(0, 2, "MZ");
        dll[0x3c] = static_cast<char>(0x80);
        dll += std::string("PE\0\0\x64\x86", 6) + std::string(16, '\0') + std::string("\x22\x20", 2);
        write("wine/drive_c/Bass.dll", dll);
        ::setenv("DECANT_WINE", (root / "bin/wine64").c_str(), 1);
        ::setenv("DECANT_WINE_ROOT", (root / "host").c_str(), 1);
        for (const char* name : {"WINEDEBUG", "WINEDLLOVERRIDES", "WINEDLLPATH"})
            ::unsetenv(name);
    }

    void write(const std::string& name, const std::string& content) const
    {
        fs::create_directories((root / name).parent_path());
        std::ofstream(root / name, std::ios::binary) << content;
    }

    [[nodiscard]] std::map<std::string, std::string>
    environment(std::map<std::string, std::string> wished = {}) const
    {
        PluginFile plugin{root / "wine/drive_c/Bass.dll", "", {}, std::move(wished)};
        return wine_host_command(plugin, {}).environment;
    }
};

#if defined(__x86_64__)

TEST_CASE("Wine is silent unless somebody wants to hear it")
{
    const World world;
    CHECK(world.environment()["WINEDEBUG"] == "-all");
    ::setenv("WINEDEBUG", "+seh", 1);
    CHECK(world.environment()["WINEDEBUG"] == "+seh");
    CHECK(world.environment({{"WINEDEBUG", "fixme-all"}})["WINEDEBUG"] == "fixme-all");
}

TEST_CASE(
    "no debugger opens a dialog over a plugin that crashed, and our avrt.dll is taken, whatever else is "
    "overridden")
{
    const World world;
    const std::string ours = "winemenubuilder.exe,winedbg.exe=d;avrt=n,b";
    CHECK(world.environment()["WINEDLLOVERRIDES"] == ours);
    ::setenv("WINEDLLOVERRIDES", "d2d1=n", 1);
    CHECK(world.environment({{"WINEDLLOVERRIDES", "dxgi=n"}})["WINEDLLOVERRIDES"] == ours + ";d2d1=n;dxgi=n");
}

TEST_CASE("what a node says of its threads and of Wine's server counts before the service's environment")
{
    const World world;
    ::setenv("WINE_RT_PRIO", "50", 1);
    ::setenv("WINEFSYNC", "0", 1);
    auto environment = world.environment({{"WINE_RT_PRIO", "70"}, {"WINEFSYNC", "1"}});
    CHECK(environment["WINE_RT_PRIO"] == "70");
    CHECK(environment["WINEFSYNC"] == "1");
    CHECK(environment["WINEPREFIX"] == world.prefix);
}

TEST_CASE("where the hosts are missing, a plugin is refused with what brings them")
{
    const World world;
    fs::remove_all(world.root / "host");
#if defined(DECANT_WINE_HOST)
    CHECK_THROWS_WITH(world.environment(),
                      ContainsSubstring("Install Decant again (meson install), or run it"));
#else
    CHECK_THROWS_WITH(world.environment(),
                      ContainsSubstring("built without Windows plugins (-Dwine_host=false)") &&
                          ContainsSubstring("meson configure -Dwine_host=true"));
#endif
}

#else

TEST_CASE("where the processor is not that of Windows plugins, one is refused with the reason")
{
    const World world;
    CHECK_THROWS_WITH(world.environment(), ContainsSubstring("x86-64 processor"));
}

#endif

} // namespace
