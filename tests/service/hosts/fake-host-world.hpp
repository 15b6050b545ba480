// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "service/hosts/plugin-host.hpp"
#include "tests/service/hosts/plugin-audience.hpp"
#include "tests/support/fake-host.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace decant::tests
{

inline constexpr bridge::BridgeLayout gain_layout{
    .inputs = 2, .outputs = 2, .midi_in = true, .midi_out = true};

/// Where plugins of the fake host live: impatient, with a state file and somebody who hears what is told.
struct FakeHostWorld {
    TemporaryDirectory directory;
    std::filesystem::path state_file = directory.path() / "gain.state";
    Diary diary;
    bridge::BridgeProcessor processor{gain_layout};
    std::vector<std::string> options;  ///< of the fake host
    std::atomic<bool> display = false; ///< there is one
    std::atomic<int> starts = 0;

    [[nodiscard]] service::PluginHostSettings settings(const std::string& plugin = "gain") const
    {
        using namespace std::chrono_literals;
        service::PluginHostSettings result;
        result.plugin.path = directory.path() / (plugin + ".dll");
        result.state_file = state_file;
        result.patience.block = 400ms;
        result.patience.settle = 500ms;
        result.patience.restarts = {20ms, 3, 60s};
        return result;
    }

    [[nodiscard]] std::unique_ptr<service::PluginHost> start(service::PluginHostSettings settings)
    {
        return std::make_unique<service::PluginHost>(
            std::move(settings), [this](service::HostEvent event) { diary.write(std::move(event)); },
            [this](const service::PluginFile&, const service::Progress&) {
                ++starts;
                service::HostCommand command{{fake_host_program()}, {{"WINEPREFIX", "/a/prefix"}}};
                command.arguments.insert(command.arguments.end(), options.begin(), options.end());
                if (display)
                    command.environment["DISPLAY"] = ":9";
                return command;
            });
    }

    void misbehave(FakeMisbehaviour how)
    {
        REQUIRE(processor.set_parameter(fake_parameter::misbehave, static_cast<double>(how)));
    }
};

/// A gain that is up, and played.
struct PlayedGain : FakeHostWorld {
    std::unique_ptr<service::PluginHost> host = start(settings());
    Player player{processor};

    PlayedGain()
    {
        REQUIRE(diary.has<service::HostReady>());
        host->connect(processor);
    }
};

} // namespace decant::tests
