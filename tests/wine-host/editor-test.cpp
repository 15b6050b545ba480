// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/support/screen.hpp"
#include "tests/support/wait-until.hpp"
#include "tests/wine-host/wine-host.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <cmath>
#include <cstring>
#include <string>
#include <variant>

namespace decant::tests
{
namespace
{

using protocol::FailureCode;

constexpr std::uint32_t groove = 0x46424c; ///< the colour of the empty part of the dial

constexpr const char* title = "node – Decant Test Dial";

/// A host on a screen of its own.
struct Stage {
    Screen screen;
    WineHost host{{}, 0, {{"DISPLAY", screen.name()}}};

    explicit Stage(const std::string& suffix)
    {
        host.load("decant-test-dial" + suffix);
        host.link().activate(48000, 64);
    }

    /// The last report of the editor's window; waits for one.
    bridge::EditorChanged report()
    {
        const bridge::EditorChanged* last = nullptr;
        REQUIRE(wait_until([&] {
            for (const auto& said : host.heard())
                if (const auto* window = std::get_if<bridge::EditorChanged>(&said))
                    last = window;
            return last != nullptr;
        }));
        return *last;
    }
};

TEST_CASE("an editor opens in a window of its own, and closes", "[editor][vst2][vst3][clap]")
{
    const auto format = GENERATE(from_range(formats_under_test()));
    INFO(format.suffix);
    Stage stage(format.suffix);

    stage.host.link().open_editor({"", "node", 0, {}});
    const auto window = stage.screen.wait_for(title);
    CHECK(window.width == 320);
    CHECK(window.height == 180);
    CHECK(stage.report().open);
    CHECK(stage.report().place.width == 320);

    stage.host.link().open_editor({"", "node", 0, {}}); // shows it
    stage.host.link().close_editor("");
    CHECK(stage.screen.wait_for_end_of(title));
    CHECK_FALSE(stage.report().open);
    stage.host.link().close_editor(""); // does nothing

    stage.host.link().open_editor({"", "node", 0, {{"", {200, 150, 320, 180}}}});
    CHECK(stage.screen.wait_for(title).width == 320);
    CHECK(stage.report().place == protocol::EditorPlace{200, 150, 320, 180});
    // One that is open does not keep the plugin from ending.
    stage.host.link().quit();
    CHECK(stage.host.process().wait(patience) == 0);
}

TEST_CASE("what is moved in an editor is told", "[editor][vst2][vst3][clap]")
{
    const auto format = GENERATE(from_range(formats_under_test()));
    INFO(format.suffix);
    Stage stage(format.suffix);
    stage.host.link().open_editor({"", "node", 0, {}});
    stage.screen.click(stage.screen.wait_for(title), 240, 100);

    double told = -1;
    CHECK(wait_until([&] {
        // Some CLAP plugins tell of it only in blocks that play.
        const auto reply = stage.host.run_block(64, 48000);
        protocol::EventReader events(stage.host.region().events_out, reply.event_bytes);
        protocol::EventView event{};
        while (events.next(event, 64))
            if (event.type == protocol::EventType::parameter)
                std::memcpy(&told, event.payload.data() + 8, sizeof told);
        for (const auto& said : stage.host.heard())
            if (const auto* moved = std::get_if<bridge::ParameterChanged>(&said))
                told = moved->value;
        return std::abs(told - 0.75 * format.gain_range) < 0.01;
    }));
    INFO(told);
    CHECK(told > 0);
}

TEST_CASE("an editor is drawn as large as its node wants it", "[editor-scale][vst2][vst3][clap]")
{
    const auto format = GENERATE(from_range(formats_under_test()));
    const double scale = GENERATE(1.5, 2);
    INFO(format.suffix << ", scale " << scale);
    Stage stage(format.suffix);
    stage.host.link().open_editor({"", "node", scale, {}});
    const auto window = stage.screen.wait_for(title);
    CHECK(window.width == std::lround(320 * scale));
    CHECK(window.height == std::lround(180 * scale));
    CHECK(wait_until([&] {
        const auto picture = stage.screen.look_at(window);
        return picture.at(picture.width - 5, picture.height * 5 / 8) == groove;
    }));
}

TEST_CASE("people give an editor another size, which it has again", "[editor-size][vst3][clap]")
{
    const std::string suffix = GENERATE(".vst3", ".clap");
    INFO(suffix);
    Stage stage(suffix);
    stage.host.link().open_editor({"", "node", 0, {}});

    stage.screen.resize(stage.screen.wait_for(title), 500, 300);
    CHECK(wait_until([&] { return stage.report().place.width == 500; }));
    CHECK(wait_until([&] {
        const auto picture = stage.screen.look_at(stage.screen.wait_for(title));
        return picture.width == 500 && picture.at(495, 300 * 5 / 8) == groove;
    }));

    const auto place = stage.report().place;
    stage.host.link().close_editor("");
    stage.host.link().open_editor({"", "node", 0, {{"", place}}});
    const auto window = stage.screen.wait_for(title);
    CHECK(window.width == 500);
    CHECK(window.height == 300);
}

TEST_CASE("a place on no screen is not taken", "[editor][vst2]")
{
    Stage stage(".dll");
    stage.host.link().open_editor({"", "node", 0, {{"", {30'000, 150, 0, 0}}}});
    CHECK(stage.screen.wait_for(title).x < 1280);
}

TEST_CASE("an editor without a screen, or of a plugin without one, is refused", "[editor][vst2]")
{
    const auto refusal = [](WineHost& host) {
        try {
            host.link().open_editor({"", "node", 0, {}});
        } catch (const bridge::HostError& error) {
            return error.failure;
        }
        throw std::runtime_error("the editor opens");
    };
    WineHost blind;
    blind.load("decant-test-dial.dll");
    CHECK(refusal(blind) == FailureCode::no_display);
    blind.link().activate(48000, 64);
    CHECK(blind.run_block(64, 48000).status == protocol::BlockStatus::done);

    WineHost lost({}, 0, {{"DISPLAY", ":4711"}});
    lost.load("decant-test-dial.dll");
    CHECK(refusal(lost) == FailureCode::no_display);

    const Screen screen;
    WineHost plain({}, 0, {{"DISPLAY", screen.name()}});
    plain.load("decant-test-gain.dll");
    CHECK(refusal(plain) == FailureCode::refused);
}

TEST_CASE("each plugin of a chain has a window", "[editor][vst2]")
{
    const Screen screen;
    WineHost host({}, 0, {{"DISPLAY", screen.name()}});
    host.load_chain({{"one", "decant-test-dial.dll", ""},
                     {"gain", "decant-test-gain.dll", ""},
                     {"two", "decant-test-dial.dll", ""}});
    host.link().open_editor({"two", "node", 0, {}});
    screen.wait_for(title);
    host.link().open_editor({"", "node", 0, {{"two", {1, 2, 0, 0}}}});
    CHECK_THROWS(host.link().open_editor({"three", "node", 0, {}}));

    std::size_t open = 0;
    for (const auto& said : host.heard())
        if (const auto* window = std::get_if<bridge::EditorChanged>(&said); window != nullptr && window->open)
            ++open;
    CHECK(open == 2);
    host.link().close_editor("two");
    host.link().close_editor("one");
    CHECK(screen.wait_for_end_of(title));
}

} // namespace
} // namespace decant::tests
