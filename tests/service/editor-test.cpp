// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Editors of real Windows plugins, on a screen that nobody sees.

#include "tests/service/running-service.hpp"
#include "tests/support/graph-client.hpp"
#include "tests/support/noise.hpp"
#include "tests/support/screen.hpp"
#include "tests/support/user-manager.hpp"

#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <csignal>
#include <cstdlib>
#include <fmt/format.h>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace decant::service
{
namespace
{

using Catch::Generators::from_range;
using Catch::Matchers::ContainsSubstring;
using tests::Screen;
using tests::ScreenWindow;
using tests::wait_until;

/// A build of the plugin with an editor: a bar that is as wide as the window and filled up to the gain, which
/// a click sets.
struct Dial {
    const char* file;
    double most; ///< of the parameter
    bool resizable;
};

constexpr int width = 320;
constexpr int height = 180;
constexpr std::uint32_t filling = 0x8c0f29;
constexpr std::uint32_t groove = 0x46424c;

const std::vector<Dial> dials{{"decant-test-dial.dll", 1, false},
                              {"decant-test-dial.vst3", 1, true},
                              {"decant-test-dial.clap", 2, true}};

const char* const title = "dial – Decant Test Dial";

/// A service that plays the plugin, on a screen of its own.
class DialRack : public RunningService
{
public:
    Screen screen;
    tests::GraphClient client{session()};
    tests::NoiseSource noise;
    tests::NoiseListener listener;
    tests::TestNode source{client, "source", {.inputs = {}, .outputs = {{"output", "MONO", ""}}}, noise};
    tests::TestNode recorder{
        client, "recorder", {.inputs = {{"input", "MONO", ""}}, .outputs = {}}, listener};

    explicit DialRack(const std::string& file = dials.front().file, const std::string& more = {},
                      const std::optional<tests::Environment>& environment = {})
    {
        for (const auto& [name, value] : environment.value_or(tests::Environment{{"DISPLAY", screen.name()}}))
            session().set_environment(name, value);
        configure(fmt::format("decant.nodes = [ {{ name = dial path = \"{}/{}\" prefix = \"{}\" {} }} ]",
                              std::getenv("DECANT_TEST_PLUGINS"), file, std::getenv("DECANT_TEST_PREFIX"),
                              more));
        begin();
    }

    void begin()
    {
        start();
        REQUIRE(wait_for_state("dial", "running"));
    }

    /// Noise goes through the plugin from now on.
    void play() const
    {
        const auto port = [this](tests::Direction direction) {
            return "decant.dial:" + session().graph().ports_of("decant.dial", direction).at(0).name;
        };
        session().link("source:output", port(tests::Direction::input));
        session().link(port(tests::Direction::output), "recorder:input");
    }

    /// `decant editor dial ACTION`, which succeeds.
    void editor(const std::string& action)
    {
        const auto result = decant({"editor", "dial", action});
        INFO(result.errors);
        REQUIRE(result.exit == 0);
    }

    [[nodiscard]] bool has_gain(double value) const
    {
        nlohmann::json now;
        const bool done = wait_until([&] {
            now = parameters("dial");
            return now.is_array() && now.size() == 2 &&
                   now[1].get<double>() == Catch::Approx(value).margin(0.01);
        });
        UNSCOPED_INFO(now.dump());
        return done;
    }

    [[nodiscard]] bool is_listed(const std::string& state) const
    {
        return wait_until([&] { return listed("dial").at("editor") == state; });
    }

    [[nodiscard]] bool is_filled_up_to(const ScreenWindow& window, int x) const
    {
        return wait_until([&] {
            const auto picture = screen.look_at(window);
            const int y = picture.height * 5 / 8;
            return picture.at(x - 3, y) == filling && picture.at(x + 3, y) == groove;
        });
    }
};

} // namespace

TEST_CASE("an editor opens in a window of its own, with the plugin's size, and a click moves the parameter")
{
    const auto dial = GENERATE(from_range(dials));
    INFO(dial.file);
    DialRack rack(dial.file);
    if (std::string_view(dial.file).ends_with(".clap"))
        rack.play(); // this one tells of its editor in blocks alone
    const bool says_so = !std::string_view(dial.file).ends_with(".vst3");
    CHECK(rack.listed("dial").at("editor") == (says_so ? "closed" : "unknown"));

    rack.editor("open");
    CHECK(rack.is_listed("open"));
    const auto window = rack.screen.wait_for(title);
    CHECK(window.width == width);
    CHECK(window.height == height);
    CHECK(window.resizable == dial.resizable);
    CHECK(window.icon);
    CHECK(rack.is_filled_up_to(window, width / 2));
    CHECK(rack.screen.look_at(window).colours() > 3); // and the text is there

    rack.screen.click(window, width * 3 / 4, height * 5 / 8);
    CHECK(rack.has_gain(dial.most * 0.75));
    CHECK(rack.is_filled_up_to(window, width * 3 / 4));

    const auto id = rack.listed("dial").at("id").get<int>();
    const auto set = fmt::format("{{ params = [ \"Gain\" {} ] }}", dial.most * 0.25);
    CHECK(rack.session().run({"pw-cli", "s", std::to_string(id), "Props", set}).exit == 0);
    CHECK(rack.has_gain(dial.most * 0.25));

    rack.screen.close(window);
    CHECK(rack.screen.wait_for_end_of(title));
    CHECK(rack.is_listed("closed"));
}

TEST_CASE("an editor opens again where it was, also after a restart of the service")
{
    DialRack rack;
    rack.editor("open");
    rack.screen.move(rack.screen.wait_for(title), 333, 222);
    const auto is_there = [&rack] {
        return wait_until([&] {
            const auto window = rack.screen.find(title);
            return window && window->x == 333 && window->y == 222;
        });
    };
    REQUIRE(is_there());

    rack.editor("toggle");
    CHECK(rack.screen.wait_for_end_of(title));
    rack.editor("toggle");
    CHECK(is_there());

    rack.process().signal(SIGTERM); // with the window open
    REQUIRE(rack.process().wait(tests::patience) == 0);
    CHECK(rack.screen.wait_for_end_of(title));
    rack.begin();
    rack.editor("open");
    CHECK(is_there());
}

TEST_CASE("while an editor opens, is used and closes, the sound goes on bit by bit")
{
    const auto dial = GENERATE(from_range(dials));
    INFO(dial.file);
    DialRack rack(dial.file, fmt::format("params = {{ Gain = {} }}", dial.most * 0.25));
    rack.play();
    constexpr std::uint32_t quantum = 1024;
    rack.session().set_quantum(quantum);
    rack.listener.gain = 0.5F;
    rack.listener.listen(quantum, 48000);
    REQUIRE(wait_until([&] { return rack.listener.exact >= 20; }));

    const auto late_before = rack.listed("dial").at("late").get<std::uint64_t>();
    rack.listener.listen(quantum, 48000);
    // Wine 10 is quick at it.
    for (int i = 0; i < 3 || (i < 30 && rack.listener.exact < 50); ++i) {
        rack.editor("open");
        const auto window = rack.screen.wait_for(title);
        CHECK(rack.is_filled_up_to(window, width / 4));
        rack.screen.click(window, width / 4, height / 8);
        rack.editor("close");
    }
    CHECK(rack.listener.exact >= 50);
    // A block that is late is the input, faded in and out. On a busy machine that happens.
    const auto damaged = rack.listener.damaged.load();
    CHECK((damaged == 0 || wait_until([&] { return rack.listed("dial").at("late") > late_before; })));
}

TEST_CASE("a plugin that crashes in its editor comes back, and its editor can be opened again")
{
    DialRack rack;
    rack.editor("open");
    rack.screen.click(rack.screen.wait_for(title), width / 2, height / 2, 3);

    CHECK(wait_until([&] { return rack.listed("dial").at("restarts") == 1; }));
    CHECK_THAT(rack.process().errors(), ContainsSubstring("access violation"));
    CHECK(rack.wait_for_state("dial", "running"));
    CHECK(rack.is_listed("closed"));
    rack.editor("open");
    CHECK(rack.screen.wait_for(title).width == width);
}

TEST_CASE("keys go to the plugin whose window has the keyboard")
{
    DialRack rack;
    rack.editor("open");
    const auto window = rack.screen.wait_for(title);
    REQUIRE(rack.is_filled_up_to(window, width / 2));
    rack.screen.type(window, '2');
    CHECK(rack.has_gain(0.2));
}

TEST_CASE("without a display the command says what to do, and the plugin plays on")
{
    DialRack rack(dials.front().file, {}, tests::Environment{});
    const auto result = rack.decant({"editor", "dial", "open"});
    CHECK(result.exit == 1);
    CHECK_THAT(result.errors, ContainsSubstring("node 'dial': ") &&
                                  ContainsSubstring("systemctl --user import-environment DISPLAY"));
    CHECK(rack.listed("dial").at("state") == "running");
    CHECK(rack.listed("dial").at("editor") == "closed");
    CHECK(rack.listed("dial").at("restarts") == 0);
}

TEST_CASE("who logs in after the service has started gets the editor, and the plugin keeps its state")
{
    tests::UserManager manager({"PATH=/bin"});
    DialRack rack(dials.front().file, {},
                  tests::Environment{{"MANAGERPID", "1"}, {"DBUS_SESSION_BUS_ADDRESS", manager.address()}});
    CHECK(rack.decant({"editor", "dial", "open"}).exit == 1);
    const auto id = rack.listed("dial").at("id").get<int>();
    CHECK(
        rack.session().run({"pw-cli", "s", std::to_string(id), "Props", "{ params = [ Gain 0.25 ] }"}).exit ==
        0);
    CHECK(rack.has_gain(0.25));

    manager.set_environment({"PATH=/bin", "DISPLAY=" + rack.screen.name()});
    rack.editor("open");

    CHECK(rack.is_filled_up_to(rack.screen.wait_for(title), width / 4));
    CHECK(rack.has_gain(0.25));
    CHECK(rack.listed("dial").at("id").get<int>() == id); // the node and its links stayed
    CHECK(rack.listed("dial").at("restarts") == 0);
}

TEST_CASE("an editor that cannot be opened says why")
{
    DialRack rack("decant-test-gain.dll");
    CHECK(rack.listed("dial").at("editor") == "none");
    const auto refused = [&](const tests::Arguments& arguments, int exit, const std::string& why) {
        const auto result = rack.decant(arguments);
        INFO(result.output << result.errors);
        CHECK(result.exit == exit);
        CHECK_THAT(result.output + result.errors, ContainsSubstring(why));
    };
    refused({"editor", "dial"}, 1, "the plugin has no editor");
    refused({"editor", "dial:other"}, 1, "'other'");
    refused({"editor", "nobody"}, 1, "there is none of that name");
    refused({"editor", "dial", "shut"}, 2, "toggle");
    refused({"editor"}, 2, "NODE");
    refused({"editor", "--help"}, 0, "open, close or toggle");
}

TEST_CASE("the command says with JSON what the editor is then")
{
    DialRack rack;
    const auto told = [&](const std::string& action) {
        return nlohmann::json::parse(rack.decant({"editor", "dial", action, "--json"}).output, nullptr,
                                     false);
    };
    CHECK(told("open") == nlohmann::json{{"node", "dial"}, {"editor", "open"}});
    CHECK(told("toggle") == nlohmann::json{{"node", "dial"}, {"editor", "closed"}});
}

} // namespace decant::service
