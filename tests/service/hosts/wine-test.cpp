// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/host-command.hpp"
#include "service/hosts/wine.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using namespace decant::service;
using Catch::Matchers::ContainsSubstring;
using decant::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace
{

/// A machine with nothing on it yet.
struct Machine {
    TemporaryDirectory directory;
    fs::path root = fs::canonical(directory.path());

    fs::path install(const fs::path& where, const std::string& content = "\x7f"
                                                                         "ELF") const
    {
        fs::create_directories((root / where).parent_path());
        std::ofstream(root / where) << content;
        fs::permissions(root / where, fs::perms::owner_all);
        return root / where;
    }

    [[nodiscard]] WineSearch search(const std::string& chosen = "") const
    {
        return {chosen, (root / "usr/bin").string() + ":relative:" + (root / "missing").string(), root};
    }
};

constexpr auto wrapper = "#!/bin/sh\necho it looks like wine32 is missing\n";

} // namespace

TEST_CASE("without Wine the error names the packages of the distributions")
{
    const Machine machine;
    CHECK_THROWS_WITH(find_wine(machine.search()), ContainsSubstring("apt install wine64") &&
                                                       ContainsSubstring("dnf install wine-core") &&
                                                       ContainsSubstring("pacman -S wine"));
}

TEST_CASE("Debian's wrapper is passed by for the loader behind it")
{
    const Machine machine;
    machine.install("usr/bin/wine", wrapper);
    const auto loader = machine.install("usr/lib/wine/wine64");
    const Wine wine = find_wine(machine.search());

    CHECK(wine.loader == loader);
    CHECK_FALSE(wine.runs_32_bit);
}

TEST_CASE("a wrapper is better than nothing")
{
    const Machine machine;
    const auto script = machine.install("usr/bin/wine", wrapper);
    CHECK(find_wine(machine.search()).loader == script);
}

TEST_CASE("the 64-bit loader is preferred where both are, and Wine 11 has but one")
{
    const Machine machine;
    const auto only = machine.install("usr/bin/wine");
    CHECK(find_wine(machine.search()).loader == only);

    const auto loader = machine.install("usr/bin/wine64");
    CHECK(find_wine(machine.search()).loader == loader);
}

TEST_CASE("Wine outside of PATH is found where WineHQ puts it")
{
    const Machine machine;
    const auto loader = machine.install("opt/wine-staging/bin/wine");
    CHECK(find_wine(machine.search()).loader == loader);
}

TEST_CASE("the Wine that was chosen is taken, by path or by name")
{
    const Machine machine;
    machine.install("usr/bin/wine64");
    const auto mine = machine.install("home/wine-tkg/bin/wine");
    const auto named = machine.install("usr/bin/wine-tkg");

    CHECK(find_wine(machine.search(mine)).loader == mine);
    CHECK(find_wine(machine.search("wine-tkg")).loader == named);
    CHECK_THROWS_WITH(find_wine(machine.search("wine-lost")),
                      ContainsSubstring("DECANT_WINE is 'wine-lost'"));
}

TEST_CASE("32-bit plugins are possible where Wine's 32-bit half lies")
{
    const Machine machine;
    SECTION("Debian, with wine32:i386")
    {
        machine.install("usr/lib/wine/wine64");
        machine.install("usr/lib/i386-linux-gnu/wine/i386-windows/ntdll.dll");
    }
    SECTION("WineHQ and Arch, with the new WoW64")
    {
        machine.install("usr/bin/wine");
        machine.install("usr/lib/wine/i386-windows/ntdll.dll");
    }
    CHECK(find_wine(machine.search()).runs_32_bit);
}

TEST_CASE("a 32-bit program has the loader of its width where there is one")
{
    const Machine machine;
    const auto wide = machine.install("usr/lib/wine/wine64");
    const fs::path narrow = machine.root / "usr/lib/wine/wine";
    CHECK(find_wine(machine.search()).loader_for(32) == wide);
    SECTION("a program")
    {
        machine.install(narrow);
        CHECK(find_wine(machine.search()).loader_for(32) == narrow);
        CHECK(find_wine(machine.search(wide)).loader_for(32) == narrow);
    }
    SECTION("a wrapper, which is none")
    {
        machine.install(narrow, wrapper);
        CHECK(find_wine(machine.search()).loader_for(32) == wide);
    }
    CHECK(find_wine(machine.search()).loader_for(64) == wide);
}

TEST_CASE("a stray 32-bit library is no 32-bit Wine")
{
    const Machine machine;
    machine.install("usr/lib/wine/wine64");
    machine.install("usr/lib/x86_64-linux-gnu/wine/i386-windows/zlib1.dll"); // as Debian 12 has it
    CHECK_FALSE(find_wine(machine.search()).runs_32_bit);
}

TEST_CASE("Wine tells its version, and what is no Wine is found out")
{
    const Machine machine;
    const auto loader =
        machine.install("usr/bin/wine64", "#!/bin/sh\necho 'wine-8.0 (Debian 8.0~repack-4)'\n");
    CHECK(wine_version({loader, false}) == "wine-8.0 (Debian 8.0~repack-4)");

    const auto failing = machine.install("usr/bin/broken", "#!/bin/sh\nexit 1\n");
    CHECK_THROWS_WITH(wine_version({failing, false}), ContainsSubstring("Is it Wine?"));
}
