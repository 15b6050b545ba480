// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Hosts that wait for a plugin, under real Wine.

#include "service/hosts/opened-plugin.hpp"
#include "service/hosts/plugin-host.hpp"
#include "service/hosts/spare-hosts.hpp"
#include "tests/service/hosts/plugin-audience.hpp"
#include "tests/support/private-session.hpp"
#include "tests/support/process-table.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>

using namespace decant;
using namespace decant::service;
using namespace std::chrono_literals;
using decant::tests::children;
using decant::tests::Diary;
using decant::tests::name_of;
using decant::tests::Player;
using decant::tests::TemporaryDirectory;
using decant::tests::wait_until;

namespace
{

/// The processes that wait, of those that this one has started.
std::vector<pid_t> waiting()
{
    auto processes = children();
    std::erase_if(processes, [](pid_t process) { return !name_of(process).starts_with("decant-host"); });
    return processes;
}

std::optional<pid_t> child_called(const std::string& name)
{
    const auto processes = children();
    const auto found = std::find_if(processes.begin(), processes.end(),
                                    [&](pid_t process) { return name_of(process) == name; });
    return found != processes.end() ? std::optional(*found) : std::nullopt;
}

/// A gain in a process called `title`.
class Gain
{
    Diary diary_;
    std::unique_ptr<PluginHost> host_;

public:
    explicit Gain(const std::string& title, const std::filesystem::path& state_file = {},
                  const std::map<std::string, std::string>& environment = {})
    {
        PluginHostSettings settings;
        settings.plugin.path =
            std::filesystem::path(std::getenv("DECANT_TEST_PLUGINS")) / "decant-test-gain.dll";
        settings.plugin.prefix = std::getenv("DECANT_TEST_PREFIX");
        settings.plugin.environment = environment;
        settings.plugin.spare = true;
        settings.state_file = state_file;
        settings.patience.restarts = {20ms, 2, 60s};
        host_ = std::make_unique<PluginHost>(
            std::move(settings), [this](HostEvent event) { diary_.write(std::move(event)); },
            [title](const PluginFile& plugin, const Progress& progress) {
                auto command = wine_host_command(plugin, progress);
                command.title = title;
                return command;
            });
        REQUIRE(diary_.has<HostReady>());
    }

    [[nodiscard]] const Diary& diary() const { return diary_; }
    [[nodiscard]] PluginHost& host() { return *host_; }
};

/// The one process that waits, when it does.
pid_t spare()
{
    REQUIRE(wait_until([] { return waiting().size() == 1; }));
    return waiting().front();
}

} // namespace

TEST_CASE("a plugin gets the host that waits, and then another one waits")
{
    SpareHosts spares;
    const Gain first("first");
    const pid_t waits = spare();
    const Gain second("second");
    CHECK(child_called("second") == waits);
    CHECK(spare() != waits);
    CHECK(children().size() == 3);
}

TEST_CASE("no host outlives the hosts that wait")
{
    {
        SpareHosts spares;
        const Gain only("only");
        (void)spare();
    }
    CHECK(children().empty());
}

TEST_CASE("a plugin whose host dies goes on in the one that waits, with its state")
{
    const TemporaryDirectory directory;
    SpareHosts spares;
    std::optional<bridge::BridgeProcessor> processor; // which the host uses to its end
    Gain gain("gain", directory.path() / "state");
    const auto description = gain.diary().all<HostReady>()[0].description;
    processor.emplace(bridge_layout_of(description));
    gain.host().connect(*processor);
    const Player player(*processor, description.inputs.size());
    gain.host().set_parameter(description.parameters.at(0).id, 0.25);
    REQUIRE(player.hears(0.5F));
    gain.host().save();
    REQUIRE(gain.diary().has<StateSaved>());
    const pid_t waits = spare();

    REQUIRE(::kill(child_called("gain").value(), SIGKILL) == 0);
    REQUIRE(gain.diary().has<HostReady>(2));
    CHECK(child_called("gain") == waits);
    CHECK(player.hears(0.5F));
}

TEST_CASE("a host that died while it waited is not missed")
{
    SpareHosts spares;
    const Gain first("first");
    const pid_t waits = spare();
    REQUIRE(::kill(waits, SIGKILL) == 0);
    const Gain second("second");
    CHECK(child_called("second").has_value());
    CHECK(spare() != waits);
}

TEST_CASE("a host waits only for plugins with its own environment")
{
    SpareHosts spares;
    const Gain first("first");
    const pid_t waits = spare();
    const Gain second("second", {}, {{"DECANT_TEST", "other"}});
    CHECK(child_called("second") != waits);
    CHECK(wait_until([] { return waiting().size() == 2; })); // one of each kind
    const Gain third("third", {}, {{"DECANT_TEST", "third"}});
    REQUIRE(wait_until([&] { return name_of(waits).empty(); })); // for the kind used longest ago no more
    CHECK(wait_until([] { return waiting().size() == 2; }));
}

TEST_CASE("no host waits any more as soon as no plugin wishes for one, and one does again when a plugin does")
{
    SpareHosts spares;
    Gain first("first");
    Gain second("second");
    const pid_t waits = spare();

    first.host().set_spare(false);
    REQUIRE(first.host().save() != 0);
    REQUIRE(first.diary().has<StateSaved>()); // it has heard that
    CHECK(spare() == waits);                  // for the second one

    second.host().set_spare(false);
    CHECK(wait_until([] { return waiting().empty(); }));
    first.host().set_spare(true);
    CHECK(spare() != waits);
}
