// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/scratch-directory.hpp"
#include "tests/support/wait-until.hpp"
#include "tests/wine-host/wine-host.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <iterator>
#include <string>

namespace decant::tests
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using protocol::FailureCode;

std::string content_of(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

struct Case {
    std::string path;
    FailureCode failure;
    std::string words;
};

TEST_CASE("a file that is no plugin says what is wrong with it, and the host lives on")
{
    const tests::ScratchDirectory directory;
    const std::string gain = content_of(test_plugin("decant-test-gain.dll"));
    const bool wide = bits_under_test() == 64;
    std::string other_width = gain;
    std::string made_for_arm = gain;
    const auto machine = static_cast<std::size_t>(static_cast<unsigned char>(gain[0x3c])) + 4;
    other_width.replace(machine, 2, wide ? "\x4c\x01" : "\x64\x86", 2);
    made_for_arm.replace(machine, 2, "\x64\xaa", 2);

    const std::vector<Case> cases{
        {"/nowhere/at all.dll", FailureCode::not_found, "cannot be read"},
        {"C:\\nowhere\\plugin.dll", FailureCode::not_found, "cannot be read"},
        {"", FailureCode::not_found, "cannot be read"},
        {directory.write("what?.dll", gain), FailureCode::other, "rename it"},
        {directory.path().string(), FailureCode::not_a_plugin, "directory"},
        {directory.write("empty.dll", ""), FailureCode::not_a_plugin, "install the plugin again"},
        {directory.write("text.dll", "MZ, said the text"), FailureCode::not_a_plugin,
         "install the plugin again"},
        {directory.write("short.dll", gain.substr(0, 300)), FailureCode::not_a_plugin, ""},
        {directory.write("other.dll", other_width), FailureCode::wrong_architecture,
         wide ? "made for 32-bit" : "made for 64-bit"},
        {directory.write("arm.dll", made_for_arm), FailureCode::wrong_architecture, "ARM"},
        {test_plugin("broken-program.exe").string(), FailureCode::not_a_plugin, "program"},
        {test_plugin("broken-no-entry.dll").string(), FailureCode::not_a_plugin, "entry point"},
        {test_plugin("broken-entry-null.dll").string(), FailureCode::refused, "refused"},
        {test_plugin("broken-entry-wrong-magic.dll").string(), FailureCode::not_a_plugin, "no plugin"},
        {test_plugin("broken-start-refused.dll").string(), FailureCode::refused, "refused"},
        {test_plugin("broken-absent-import.dll").string(), FailureCode::missing_dependency,
         "decant-test-absent.dll"},
    };
    WineHost host;
    for (const auto& [path, failure, words] : cases) {
        const auto error = host.failure_of(path);
        INFO(path << ": " << error.what());
        CHECK(error.code == bridge::HostErrorCode::failed);
        CHECK(error.failure == failure);
        CHECK_THAT(error.what(), ContainsSubstring(words));
    }
    CHECK(host.load("decant-test-gain.dll").name == "Decant Test Gain");
}

TEST_CASE("the head of a plugin may be damaged in any way")
{
    const tests::ScratchDirectory directory;
    const std::string shell = content_of(test_plugin("decant-test-shell.dll"));
    WineHost host;
    for (std::size_t place = 0; place < 0x200; place += 3) {
        std::string damaged = shell;
        damaged[place] = static_cast<char>(0xff);
        try {
            host.link().wait_hello();
            host.link().load(directory.write("damaged.dll", damaged), "");
            return; // where nobody looks: then the plugin just loads
        } catch (const bridge::HostError& error) {
            INFO(place << ": " << error.what());
            REQUIRE(error.code == bridge::HostErrorCode::failed);
        }
    }
}

TEST_CASE("a plugin that crashes while it loads is answered as crashed, and the process ends")
{
    WineHost host;
    const auto error = host.failure_of(test_plugin("broken-entry-crash.dll").string());
    INFO(error.what());
    CHECK(error.failure == FailureCode::plugin_crashed);
    CHECK_THAT(error.what(),
               ContainsSubstring("access violation") && ContainsSubstring("broken-entry-crash.dll"));
    CHECK(host.process().wait(patience).has_value());
}

TEST_CASE("a plugin of a shell is loaded by its name or its id, or the first of them",
          "[several][double][vst2]")
{
    struct Wish {
        std::string plugin_class, name;
        float factor;
    };
    const auto wish =
        GENERATE(Wish{"", "Half", 0.5f}, Wish{"Double", "Double", 2}, Wish{"DtDb", "Double", 2});
    WineHost host;
    const auto plugin = host.load("decant-test-shell.dll", wish.plugin_class);
    CHECK(plugin.name == wish.name);
    REQUIRE(plugin.inputs.size() == 1);
    CHECK(plugin.inputs[0].position == "MONO");
    host.link().activate(48000, 64);
    host.region().audio_in[0].fill(1);
    for (int block = 0; block < 3; ++block) { // adds to silence, not to the last block
        CHECK(host.run_block(64, 48000).status == protocol::BlockStatus::done);
        CHECK(host.region().audio_out[0][10] == wish.factor);
    }
}

TEST_CASE("a plugin that a file does not have is not found, and the ones it has are named")
{
    WineHost host;
    const auto error = host.failure_of(test_plugin("decant-test-shell.dll").string(), "Triple");
    CHECK(error.failure == FailureCode::not_found);
    CHECK_THAT(error.what(), ContainsSubstring("\"Half\", \"Double\""));
    CHECK(host.failure_of(test_plugin("decant-test-gain.dll").string(), "Loss").failure ==
          FailureCode::not_found);
}

TEST_CASE("paths with blanks, umlauts and Windows' own form are found")
{
    const tests::ScratchDirectory directory;
    const std::string gain = content_of(test_plugin("decant-test-gain.dll"));
    const std::string unix_path = directory.write("Grüße & more 日本.dll", gain);
    std::string windows_path = "Z:" + unix_path;
    std::replace(windows_path.begin(), windows_path.end(), '/', '\\');
    for (const auto& path : {unix_path, windows_path}) {
        WineHost host;
        host.link().wait_hello();
        CHECK(host.link().load(path, "").name == "Decant Test Gain");
    }
}

TEST_CASE("requests without a plugin and a second load are refused")
{
    WineHost host;
    host.link().wait_hello();
    CHECK_THROWS_AS(host.link().activate(48000, 64), bridge::HostError);
    CHECK_THROWS_AS(host.link().state(), bridge::HostError);
    CHECK_THROWS_AS(host.link().values(), bridge::HostError);
    host.link().deactivate();
    host.load("decant-test-gain.dll");
    CHECK_THROWS_AS(host.load("decant-test-sine.dll"), bridge::HostError);
    CHECK_THROWS_AS(host.link().activate(48000, 0), bridge::HostError);
    CHECK_THROWS_AS(host.link().activate(48000, protocol::max_frames + 1), bridge::HostError);
    CHECK_THROWS_AS(host.link().activate(0, 64), bridge::HostError);
    CHECK_THROWS_AS(host.link().activate(1e300, 64), bridge::HostError);
    CHECK(host.link().values().size() == 1);
}

} // namespace
} // namespace decant::tests
