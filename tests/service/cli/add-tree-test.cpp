// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// `decant add` with a tree as it grows over the years, with real plugins under real Wine.

#include "tests/service/cli/command-home.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

using namespace decant;
using Catch::Matchers::ContainsSubstring;
using tests::CommandHome;
namespace fs = std::filesystem;

namespace
{

fs::path plugin(const std::string& name)
{
    return fs::path(std::getenv("DECANT_TEST_PLUGINS")) / name;
}

/// A Wine prefix with a wineserver of its own, whose Windows is that of the tests' prefix; programs there are
/// none.
class Prefix
{
    fs::path path_;

public:
    explicit Prefix(fs::path path) : path_(std::move(path))
    {
        const fs::path other = std::getenv("DECANT_TEST_PREFIX");
        fs::create_directories(path_ / "dosdevices");
        fs::create_directory_symlink("../drive_c", path_ / "dosdevices/c:");
        fs::create_directory_symlink("/", path_ / "dosdevices/z:");
        fs::create_directory(path_ / "drive_c");
        for (const char* folder : {"windows", "users", "ProgramData"})
            fs::create_directory_symlink(other / "drive_c" / folder, path_ / "drive_c" / folder);
        for (const char* file : {"system.reg", "user.reg", "userdef.reg", ".update-timestamp"})
            fs::copy_file(other / file, path_ / file);
        // Debian's Wine keeps there which directory its sockets are in. Two programs that start at once
        // without it make one each, and one fails; where wineboot has made the prefix it was alone, and this
        // is there.
        if (fs::exists(other / "wineserver"))
            fs::copy_file(other / "wineserver", path_ / "wineserver");
    }
    Prefix(const Prefix&) = delete;
    Prefix& operator=(const Prefix&) = delete;
    ~Prefix()
    {
        auto environment = tests::own_environment();
        environment["WINEPREFIX"] = path_;
        try {
            (void)tests::run({"wineserver", "--kill"}, environment, tests::patience);
        } catch (const std::exception&) { // NOLINT(bugprone-empty-catch)
            // It ends by itself a little later.
        }
    }

    [[nodiscard]] fs::path folder(const std::string& name) const
    {
        fs::create_directories(path_ / name);
        return path_ / name;
    }
};

/// What is to become of each file, by its path.
using Outcomes = std::map<std::string, std::string>;

void link_or_copy(const fs::path& from, const fs::path& to)
{
    std::error_code error;
    fs::create_hard_link(from, to, error);
    if (error) // another file system
        fs::copy_file(from, to);
}

/// `count` files that can be played, of all formats.
void add_good(const fs::path& folder, std::size_t count, Outcomes& expected)
{
    constexpr std::array names{"decant-test-gain.dll", "decant-test-gain.vst3", "decant-test-gain.clap",
                               "decant-test-sine.dll", "decant-test-sine.vst3", "decant-test-mirror.clap",
                               "decant-test-shell.dll"};
    for (std::size_t i = 0; i < count; ++i) {
        const fs::path original = plugin(names.at(i % names.size()));
        const auto copy = folder / fmt::format("Plugin {:03}{}", i, original.extension().string());
        link_or_copy(original, copy);
        expected[copy] = "added";
    }
}

void add_broken(const fs::path& folder, std::size_t count, Outcomes& expected)
{
    constexpr std::array names{"broken-no-entry.dll", "broken-absent-import.dll", "broken-entry-crash.dll"};
    for (std::size_t i = 0; i < count; ++i) {
        const auto copy = folder / fmt::format("Broken {:03}.dll", i);
        link_or_copy(plugin(names.at(i % names.size())), copy);
        expected[copy] = "skipped";
    }
}

void add_garbage(const fs::path& folder, std::size_t count, Outcomes& expected)
{
    std::mt19937 random(7);
    for (std::size_t i = 0; i < count; ++i) {
        const auto file = folder / fmt::format("Garbage {:03}.{}", i, i % 2 == 0 ? "dll" : "vst3");
        std::ofstream out(file, std::ios::binary);
        for (std::size_t byte = 0; byte < i * 100; ++byte)
            out.put(static_cast<char>(random()));
        expected[file] = "skipped";
    }
}

/// The head of a real plugin, which ends in the middle.
void add_truncated(const fs::path& folder, std::size_t count, Outcomes& expected)
{
    for (std::size_t i = 0; i < count; ++i) {
        const auto file = folder / fmt::format("Half {:03}.dll", i);
        fs::copy_file(plugin("decant-test-gain.dll"), file);
        fs::resize_file(file, i * 40);
        expected[file] = "skipped";
    }
}

/// A 32-bit DLL's head; there is nothing in it that Wine could run.
void add_32_bit(const fs::path& folder, std::size_t count, Outcomes& expected)
{
    for (std::size_t i = 0; i < count; ++i) {
        const auto file = folder / fmt::format("Old {:03}.dll", i);
        std::ifstream original(plugin("decant-test-gain.dll"), std::ios::binary);
        std::string bytes(4096, '\0');
        original.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        const auto header = bytes.find(std::string("PE\0\0", 4));
        REQUIRE(header != std::string::npos);
        bytes[header + 4] = '\x4c'; // IMAGE_FILE_MACHINE_I386
        bytes[header + 5] = '\x01';
        std::ofstream(file, std::ios::binary) << bytes;
        expected[file] = "skipped";
    }
}

/// Links of this prefix to plugins of the other.
void add_links(const fs::path& folder, const fs::path& to, std::size_t count, Outcomes& expected)
{
    std::size_t made = 0;
    for (const auto& entry : fs::directory_iterator(to)) {
        if (made++ == count)
            break;
        const auto link = folder / ("Link to " + entry.path().filename().string());
        fs::create_symlink(entry.path(), link);
        expected[link] = "added";
    }
}

} // namespace

TEST_CASE("of two hundred files in two prefixes each has the outcome that it deserves, in one command")
{
    const CommandHome home;
    const Prefix first(home.path() / "first");
    const Prefix second(home.path() / "second");
    Outcomes expected;
    add_good(first.folder("VstPlugins/Good"), 70, expected);
    add_good(second.folder("VstPlugins/More"), 30, expected);
    add_links(second.folder("Linked"), first.folder("VstPlugins/Good"), 20, expected);
    add_broken(first.folder("VstPlugins/Broken"), 20, expected);
    add_garbage(first.folder("VstPlugins/Garbage/Deep/Down"), 30, expected);
    add_truncated(second.folder("VstPlugins/Half"), 15, expected);
    add_32_bit(second.folder("VstPlugins/Old"), 15, expected);
    REQUIRE(expected.size() == 200);
    fs::create_directory_symlink("..", home.path() / "first/VstPlugins/Good/loop");
    fs::copy_file(second.folder("drive_c") / "windows/system32/avrt.dll",
                  second.folder("VstPlugins/Old") / "Wine's own.dll");

    const tests::Arguments command{"add", "--recursive", "--json", home.path() / "first/VstPlugins",
                                   home.path() / "second"};
    const auto result = home.decant(command, std::chrono::minutes(8));
    INFO(result.errors);
    REQUIRE(result.exit == 0);
    const auto report = nlohmann::json::parse(result.output);

    std::set<std::string> nodes;
    Outcomes outcomes;
    for (const auto& file : report.at("files")) {
        const std::string path = file.at("file").get<std::string>();
        outcomes[path] = file.at("outcome");
        INFO(path << ": " << file.at("text"));
        if (file.at("outcome") == "added") {
            CHECK(nodes.insert(file.at("node")).second);
            CHECK(fs::exists(file.at("drop_in").get<std::string>()));
        } else {
            CHECK_FALSE(file.at("text").get<std::string>().empty());
        }
        if (path.find("/Old ") != std::string::npos)
            // Where 32-bit Wine is installed it is known that there is nothing behind their headers.
            CHECK_THAT(file.at("text").get<std::string>(),
                       ContainsSubstring("32-bit") || ContainsSubstring("damaged or not whole"));
    }
    std::string differences;
    for (const auto& [file, outcome] : outcomes)
        if (expected[file] != outcome)
            differences += fmt::format("\n{}: {}", file, outcome);
    CHECK(differences == "");
    CHECK(outcomes.size() == expected.size());
    CHECK(nodes.size() == 120);
    CHECK(report.at("problems").empty());

    const auto check = home.decant({"config", "check"});
    CHECK(check.output == "120 nodes that can be made, 0 errors, 0 warnings\n");
    const auto again = nlohmann::json::parse(home.decant(command, std::chrono::minutes(8)).output);
    for (const auto& file : again.at("files"))
        CHECK(file.at("outcome") == (outcomes[file.at("file")] == "added" ? "present" : "skipped"));
}

TEST_CASE("what LinVst and yabridge have set up is found by their libraries, and taken over")
{
    const CommandHome home;
    const Prefix prefix(home.path() / "wine");
    const auto plugins = prefix.folder("VstPlugins");
    link_or_copy(plugin("decant-test-gain.dll"), plugins / "Gain.dll");
    link_or_copy(plugin("decant-test-sine.dll"), plugins / "Sine.dll");
    home.write("wine/VstPlugins/Gain.so", "\x7f"
                                          "ELF this one starts lin-vst-server");
    home.write("wine/VstPlugins/Sine.so", "\x7f"
                                          "ELF yabridge");
    fs::create_directories(home.path() / ".vst/yabridge");
    fs::create_symlink(plugins / "Sine.so", home.path() / ".vst/yabridge/Sine.so");

    const auto result = home.decant({"add", "--take-over", "--json", plugins, home.path() / ".vst/yabridge"});
    INFO(result.errors);
    REQUIRE(result.exit == 0);
    std::map<std::string, std::string> bridges;
    const auto report = nlohmann::json::parse(result.output);
    for (const auto& file : report.at("files")) {
        INFO(file.at("text"));
        CHECK(file.at("outcome") == "added");
        bridges[fs::path(file.at("file").get<std::string>()).filename()] = file.value("bridge", "");
    }
    CHECK(bridges == std::map<std::string, std::string>{{"Gain.dll", "LinVst"}, {"Sine.dll", "yabridge"}});
    CHECK_FALSE(fs::exists(plugins / "Gain.so"));
    CHECK(fs::exists(plugins / "Gain.so.aside"));
    CHECK(fs::exists(plugins / "Sine.so.aside"));
}
