// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/host-command.hpp"
#include "service/hosts/vst3-bundle.hpp"
#include "service/plugin-address.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <filesystem>
#include <fstream>
#include <string>

using namespace decant::service;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using decant::tests::TemporaryDirectory;
namespace fs = std::filesystem;

namespace
{

/// A directory with empty files in it.
struct Folder {
    TemporaryDirectory directory;

    [[nodiscard]] fs::path path(const std::string& name) const { return directory.path() / name; }

    fs::path add(const std::string& name) const
    {
        fs::create_directories(path(name).parent_path());
        std::ofstream(path(name)) << "x";
        return path(name);
    }
};

} // namespace

TEST_CASE("a file is loaded as it is, bundle or not")
{
    const Folder folder;
    const auto file = folder.add("Synth.vst3");
    CHECK(dll_of_plugin(file) == file);
    CHECK(dll_of_plugin(folder.path("gone.dll")) == folder.path("gone.dll"));
}

TEST_CASE("of a bundle the build for Windows is loaded, 64-bit before 32-bit")
{
    const Folder folder;
    folder.add("Synth.vst3/Contents/x86_64-linux/Synth.so");
    const auto narrow = folder.add("Synth.vst3/Contents/x86-win/Synth.vst3");
    CHECK(dll_of_plugin(folder.path("Synth.vst3")) == narrow);
    const auto wide = folder.add("Synth.vst3/Contents/x86_64-win/Synth.vst3");
    CHECK(dll_of_plugin(folder.path("Synth.vst3")) == wide);
    CHECK(dll_of_plugin(folder.path("Synth.vst3/")) == wide);
}

TEST_CASE("a bundle that was renamed keeps the name of its file")
{
    const Folder folder;
    const auto file = folder.add("My synth.vst3/Contents/x86_64-win/Synth.vst3");
    folder.add("My synth.vst3/Contents/x86_64-win/Help.dll");
    CHECK(dll_of_plugin(folder.path("My synth.vst3")) == file);
}

TEST_CASE("a bundle for other systems and a directory that is none say what they are")
{
    const Folder folder;
    folder.add("Synth.vst3/Contents/x86_64-linux/Synth.so");
    folder.add("Synth.vst3/Contents/MacOS/Synth");
    folder.add("Plugins/Synth.dll");
    folder.add("Half.vst3/moduleinfo.json");
    CHECK_THROWS_MATCHES(dll_of_plugin(folder.path("Synth.vst3")), PluginError,
                         MessageMatches(ContainsSubstring("only for MacOS, x86_64-linux")));
    CHECK_THROWS_MATCHES(dll_of_plugin(folder.path("Plugins")), PluginError,
                         MessageMatches(ContainsSubstring("it is a directory")));
    CHECK_THROWS_MATCHES(dll_of_plugin(folder.path("Half.vst3")), PluginError,
                         MessageMatches(ContainsSubstring("no VST3 bundle")));
}

TEST_CASE("what stands behind the file picks a plugin")
{
    const Folder folder;
    const auto check = [](const PluginAddress& address, const fs::path& file, const std::string& plugin) {
        CHECK(address.file == file);
        CHECK(address.plugin == plugin);
    };
    const auto file = folder.add("Shell.dll");
    check(parse_plugin_address(file), file, "");
    check(parse_plugin_address(file.string() + "#Bass"), file, "Bass");
    check(parse_plugin_address(file.string() + "#Bass #2"), file, "Bass #2");
    const auto odd = folder.add("C#/Drum #1.dll");
    check(parse_plugin_address(odd), odd, "");
    check(parse_plugin_address(odd.string() + "#Kick"), odd, "Kick");
    check(parse_plugin_address("/gone/Shell.dll#Bass"), "/gone/Shell.dll", "Bass");
    check(parse_plugin_address("/gone/Shell.dll"), "/gone/Shell.dll", "");
    check(parse_plugin_address(""), "", "");
}
