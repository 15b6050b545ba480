// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Groups of real plugins under real Wine.

#include "nodes/bridge/bridge-setup.hpp"
#include "service/hosts/opened-plugin.hpp"
#include "service/hosts/plugin-host.hpp"
#include "tests/service/hosts/plugin-audience.hpp"
#include "tests/support/private-session.hpp"
#include "tests/support/wait-until.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include <signal.h>

using namespace decant;
using namespace decant::service;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using decant::tests::children;
using decant::tests::Diary;
using decant::tests::Player;
using decant::tests::TemporaryDirectory;
using decant::tests::wait_until;

namespace
{

constexpr std::uint32_t gain_parameter = 0;  // 0 to 1, which means 0 to 2
constexpr std::uint32_t crash_parameter = 1; // of the mirror
constexpr std::uint32_t hang_parameter = 2;

PluginFile plugin_in(const std::string& group, const std::string& file)
{
    PluginFile plugin;
    plugin.path = std::filesystem::path(std::getenv("DECANT_TEST_PLUGINS")) / file;
    plugin.prefix = std::getenv("DECANT_TEST_PREFIX");
    plugin.group = group;
    return plugin;
}

/// A plugin of the group "keys", with its audience.
class Grouped
{
    Diary diary_;
    std::unique_ptr<bridge::BridgeProcessor> processor_;
    std::unique_ptr<Player> player_;
    std::unique_ptr<PluginHost> host_;

public:
    explicit Grouped(const std::string& file, const std::filesystem::path& state_file = {},
                     std::chrono::milliseconds load = HostTimeouts{}.load)
    {
        PluginHostSettings settings;
        settings.plugin = plugin_in("keys", file);
        settings.state_file = state_file;
        settings.patience.block = 2s;
        settings.patience.settle = 100ms;
        settings.patience.timeouts.load = load;
        settings.patience.restarts = {20ms, 2, 60s};
        host_ = std::make_unique<PluginHost>(std::move(settings),
                                             [this](HostEvent event) { diary_.write(std::move(event)); });
    }
    ~Grouped()
    {
        player_.reset();
        host_.reset();
    }
    Grouped(const Grouped&) = delete;
    Grouped& operator=(const Grouped&) = delete;

    [[nodiscard]] const Diary& diary() const { return diary_; }
    [[nodiscard]] PluginHost& host() { return *host_; }

    /// Waits for the plugin, and plays it from now on.
    Player& play()
    {
        REQUIRE(diary_.has<HostReady>());
        const auto description = diary_.all<HostReady>()[0].description;
        processor_ = std::make_unique<bridge::BridgeProcessor>(bridge_layout_of(description));
        host_->connect(*processor_);
        player_ = std::make_unique<Player>(*processor_, description.inputs.size());
        return *player_;
    }

    /// What is done to the plugin while nobody keeps it in mind.
    void poke(std::uint32_t parameter) { REQUIRE(processor_->set_parameter(parameter, 1)); }
};

} // namespace

TEST_CASE("plugins of a group share a process; one joins and leaves while the others play")
{
    Grouped one("decant-test-gain.dll");
    Grouped two("decant-test-gain.dll");
    auto& first = one.play();
    auto& second = two.play();
    one.host().set_parameter(gain_parameter, 0.25);
    two.host().set_parameter(gain_parameter, 0.125);
    REQUIRE(first.hears(0.5F));
    REQUIRE(second.hears(0.25F));
    REQUIRE(children().size() == 1);
    const pid_t process = children()[0];
    {
        Grouped third("decant-test-mirror.dll");
        REQUIRE(third.diary().has<HostReady>());
        CHECK(children() == std::vector{process});
    }
    CHECK(first.hears(0.5F));
    CHECK(second.hears(0.25F));
    CHECK(children() == std::vector{process});
    CHECK(one.diary().all<HostRestarting>().empty());
    CHECK(two.diary().all<HostRestarting>().empty());
}

TEST_CASE("the process of a group ends with its last member, and a new member gets a new one")
{
    {
        Grouped member("decant-test-gain.dll");
        REQUIRE(member.diary().has<HostReady>());
        REQUIRE(children().size() == 1);
    }
    CHECK(children().empty());
    Grouped member("decant-test-gain.dll");
    CHECK(member.diary().has<HostReady>());
}

TEST_CASE("a group that is killed comes back whole, every member with its state")
{
    const TemporaryDirectory directory;
    Grouped one("decant-test-gain.dll", directory.path() / "one.state");
    Grouped two("decant-test-gain.dll", directory.path() / "two.state");
    auto& first = one.play();
    auto& second = two.play();
    one.host().set_parameter(gain_parameter, 0.25);
    two.host().set_parameter(gain_parameter, 0.125);
    REQUIRE(first.hears(0.5F));
    REQUIRE(second.hears(0.25F));
    one.host().save();
    two.host().save();
    REQUIRE(one.diary().has<StateSaved>());
    REQUIRE(two.diary().has<StateSaved>());
    REQUIRE(children().size() == 1);

    REQUIRE(::kill(children()[0], SIGKILL) == 0);

    REQUIRE(one.diary().has<HostReady>(2));
    REQUIRE(two.diary().has<HostReady>(2));
    CHECK(one.diary().all<HostReady>()[1].state_restored);
    CHECK(two.diary().all<HostReady>()[1].state_restored);
    CHECK(first.hears(0.5F));
    CHECK(second.hears(0.25F));
    CHECK(children().size() == 1);
}

TEST_CASE("a file that is no plugin is parked, and its group plays on")
{
    Grouped good("decant-test-gain.dll");
    auto& player = good.play();
    good.host().set_parameter(gain_parameter, 0.25);
    Grouped bad("broken-entry-null.dll");
    REQUIRE(bad.diary().has<HostParked>());
    CHECK(player.hears(0.5F));
    CHECK(good.diary().all<HostRestarting>().empty());
    CHECK(children().size() == 1);
}

TEST_CASE("a plugin that crashes or hangs takes its group with it, and is the only one to blame")
{
    struct End {
        std::uint32_t parameter;
        const char* words;
    };
    for (const End& end : {End{crash_parameter, "ended"}, End{hang_parameter, "hangs in a block"}}) {
        INFO(end.words);
        Grouped good("decant-test-gain.dll");
        Grouped bad("decant-test-mirror.dll");
        auto& player = good.play();
        good.host().set_parameter(gain_parameter, 0.25);
        REQUIRE(player.hears(0.5F));
        bad.play();

        bad.poke(end.parameter);

        REQUIRE(good.diary().has<HostReady>(2));
        REQUIRE(bad.diary().has<HostReady>(2));
        CHECK_THAT(
            good.diary().all<HostRestarting>()[0].reason,
            ContainsSubstring("decant-test-mirror.dll, another plugin of the group 'keys', is to blame") &&
                !ContainsSubstring("--version"));
        const auto reason = bad.diary().all<HostRestarting>()[0].reason;
        CHECK_THAT(reason, !ContainsSubstring("is to blame") && ContainsSubstring(end.words));
        CHECK(player.hears(0.5F));
    }
}

TEST_CASE("a state that was asked for when another plugin ended the group is saved once it is back")
{
    const TemporaryDirectory directory;
    Grouped good("decant-test-gain.dll", directory.path() / "good.state");
    REQUIRE(good.diary().has<HostReady>());
    // While it is loaded, it has the main thread that good would be asked on.
    Grouped slow("broken-entry-slow.dll", {}, 2s);
    std::size_t asked = 0;
    REQUIRE(wait_until([&] {
        const auto saved = good.diary().all<StateSaved>();
        if (!saved.empty() && saved.back().problem.find("is to blame") != std::string::npos)
            return true;
        if (saved.size() == asked) {
            good.host().save();
            ++asked;
        }
        return false;
    }));

    CHECK(wait_until([&] {
        const auto saved = good.diary().all<StateSaved>();
        return saved.size() > asked && saved.back().problem.empty();
    }));
}

TEST_CASE("what is set of a plugin while another of its group loads is there again in the next session")
{
    const TemporaryDirectory directory;
    const auto file = directory.path() / "good.state";
    {
        Grouped good("decant-test-gain.dll", file);
        auto& player = good.play();
        const Grouped slow("broken-entry-slow.dll");
        const auto saves = [&] {
            const auto saved = good.diary().all<StateSaved>().size();
            good.host().save();
            return wait_until([&] { return good.diary().all<StateSaved>().size() > saved; }, 1s);
        };
        REQUIRE(wait_until([&] { return !saves(); })); // the other one has the main thread
        good.host().set_parameter(gain_parameter, 0.25);
        REQUIRE(player.hears(0.5F));
    }

    Grouped good("decant-test-gain.dll", file);
    CHECK(good.play().hears(0.5F));
}

TEST_CASE("plugins of one group whose commands differ get processes of their own")
{
    const auto open = [](const std::string& variable) {
        PluginFile plugin = plugin_in("keys", "decant-test-gain.dll");
        plugin.environment["DECANT_TEST_WORLD"] = variable;
        const auto command = wine_host_command(plugin, {});
        return std::make_unique<OpenedPlugin>(command, plugin, HostTimeouts{}, nullptr);
    };
    const auto one = open("one");
    const auto same = open("one");
    CHECK(children().size() == 1);
    const auto other = open("other");
    CHECK(children().size() == 2);
}
