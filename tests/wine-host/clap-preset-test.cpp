// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Presets that a CLAP plugin reads by itself.

#include "tests/support/scratch-directory.hpp"
#include "tests/wine-host/wine-host.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <string>
#include <vector>

namespace decant::tests
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using protocol::FailureCode;

constexpr std::uint32_t rate = 48000;

/// The plugin by itself in a directory, where tests put its presets.
struct World {
    ScratchDirectory directory;
    WineHost host;

    protocol::PluginDescription load()
    {
        const char* name = "decant-test-presets.clap";
        std::filesystem::copy_file(test_plugin(name), directory / name);
        host.link().wait_hello();
        auto plugin = host.link().load((directory / name).string(), "");
        host.link().activate(rate, 64);
        return plugin;
    }

    float heard()
    {
        REQUIRE(host.run_block(64, rate).status == protocol::BlockStatus::done);
        return host.region().audio_out[0][63];
    }

    bridge::HostError refusal_of(const std::filesystem::path& file)
    {
        try {
            host.link().set_preset({}, file);
        } catch (const bridge::HostError& error) {
            return error;
        }
        throw std::runtime_error("the plugin takes " + file.string());
    }
};

TEST_CASE("a CLAP plugin reads a preset of its own form where it lies", "[preset][clap]")
{
    World world;
    const auto file = world.directory.write("Grüße/mine.dtp", "decant preset\n0.125\n");
    world.load();
    world.host.link().set_preset({}, file);
    CHECK(world.host.link().values() == std::vector{0.125});
    CHECK(world.heard() == 0.125F);
}

TEST_CASE("what a CLAP plugin has against a preset is told in its own words, and nothing is lost",
          "[foreign-preset][clap]")
{
    World world;
    world.load();
    world.host.link().select_program(1);
    REQUIRE(world.host.link().values() == std::vector{0.75});

    const auto foreign = world.refusal_of(world.directory.write("foreign.dtp", "another preset\n"));
    CHECK(foreign.failure == FailureCode::state_mismatch);
    CHECK_THAT(foreign.what(), ContainsSubstring("this is a preset of something else"));
    const auto damaged = world.refusal_of(world.directory.write("damaged.dtp", "decant preset\n"));
    CHECK_THAT(damaged.what(), ContainsSubstring("it is cut short"));
    const auto silent = world.refusal_of(world.directory.write("silent.dtp", "decant preset\n?"));
    CHECK_THAT(silent.what(), ContainsSubstring("does not say why"));
    const auto absent = world.refusal_of(world.directory / "absent.dtp");
    CHECK_THAT(absent.what(), ContainsSubstring("cannot open it: ") && ContainsSubstring("error 2"));

    CHECK(world.host.link().values() == std::vector{0.75});
    CHECK(world.heard() == 0.75F);
}

TEST_CASE("the presets that come with a CLAP plugin are its programs, in its file and beside it",
          "[programs][clap]")
{
    World world;
    world.directory.write("factory/Bass.dtp", "decant preset\n0.0625\n");
    world.directory.write("factory/pads/Warm.DTP", "decant preset\n0.9375\n");
    world.directory.write("factory/readme.txt", "decant preset\n0\n");
    world.directory.write("user/Mine.dtp", "decant preset\n0\n");
    const auto plugin = world.load();
    REQUIRE(plugin.programs == std::vector<std::string>{"Quiet", "Loud", "Bass", "Warm"});
    std::vector<float> heard;
    for (std::uint32_t program = 0; program < 4; ++program) {
        world.host.link().select_program(program);
        heard.push_back(world.heard());
    }
    CHECK(heard == std::vector{0.25F, 0.75F, 0.0625F, 0.9375F});
    CHECK_THROWS_AS(world.host.link().select_program(4), bridge::HostError);
}

} // namespace
} // namespace decant::tests
