// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// A plugin that asks something in a window when it is loaded, and waits for the answer.

#include "service/hosts/plugin-host.hpp"
#include "tests/service/gain-rack.hpp"
#include "tests/service/hosts/plugin-audience.hpp"
#include "tests/support/screen.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <string>
#include <utility>

namespace decant::service
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using tests::wait_until;

const char* const title = "Decant Test Wild"; // of the message box

} // namespace

TEST_CASE("a plugin that asks something when it is loaded is waited for alone, is told of, and plays when it "
          "is answered")
{
    const tests::Screen screen;
    GainRack rack("params = { Gain = 0.25 }", path_of("gain"),
                  fmt::format("{{ name = box {} prefix = \"{}\" }}", path_of("wild-box"),
                              std::getenv("DECANT_TEST_PREFIX")),
                  {{"DISPLAY", screen.name()}});
    REQUIRE(rack.hears(0.5F));
    const auto late = rack.late();
    rack.listener.listen(256, 48000);
    const auto window = screen.wait_for(title);
    CHECK(wait_until([&] { return screen.look_at(window).colours() > 3; })); // so that it can be read
    CHECK(rack.listed("box").at("state") == "loading");

    CHECK(wait_until([&] { return rack.listed("box").at("warnings").size() == 1; }));
    const auto warning = rack.listed("box").at("warnings").at(0).get<std::string>();
    CHECK_THAT(warning, ContainsSubstring("if a window of it asks something, answer there"));
    CHECK_THAT(rack.decant({"list"}).output, ContainsSubstring(warning));
    CHECK_THAT(rack.process().errors(), ContainsSubstring("node 'box': " + warning));
    CHECK(screen.find(title)); // it is still waited for
    CHECK(rack.listener.silent == 0);
    const std::uint64_t damaged = rack.listener.damaged;
    CHECK(wait_until([&] { return 3 * (rack.late() - late) >= damaged; })); // for want of a CPU alone

    CHECK(wait_until([&] { // VST2 plugins of DPF are made twice, and ask twice
        if (const auto asks = screen.find(title))
            screen.close(*asks);
        return rack.listed("box").at("state") == "running";
    }));
    CHECK(wait_until([&] { return rack.listed("box").at("warnings").empty(); }));
    CHECK_FALSE(screen.find(title));
    CHECK(rack.listed("box").at("restarts") == 0);
    CHECK(rack.hears(0.5F));
}

TEST_CASE("a plugin whose question nobody answers is given up, with its window, and can be asked for again")
{
    const tests::Screen screen;
    ::setenv("DISPLAY", screen.name().c_str(), 1);
    tests::Diary diary;
    PluginHostSettings settings;
    settings.plugin.path =
        std::filesystem::path(std::getenv("DECANT_TEST_PLUGINS")) / "decant-test-wild-box.dll";
    settings.plugin.prefix = std::getenv("DECANT_TEST_PREFIX");
    settings.patience.timeouts.load = std::chrono::seconds(10); // Wine makes its desktop in it, too
    settings.patience.restarts.most = 0;
    PluginHost host(std::move(settings), [&](HostEvent event) { diary.write(std::move(event)); });
    (void)screen.wait_for(title);

    REQUIRE(diary.has<HostParked>());
    CHECK_THAT(diary.all<HostParked>()[0].reason,
               ContainsSubstring("hangs while loading the plugin") &&
                   ContainsSubstring("If a window of it asked something, answer that"));
    CHECK(screen.wait_for_end_of(title));

    host.restart();
    (void)screen.wait_for(title);
    ::unsetenv("DISPLAY");
}

} // namespace decant::service
