// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/device-node.hpp"
#include "tests/lua-scripts/expectations.hpp"
#include "tests/support/graph-client.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <vector>

using namespace decant::tests;

namespace
{

/// A virtual device, which stays as long as the session; of a Decant node if `more` says so.
void make_device(const PrivateSession& session, const std::string& name, const std::string& media_class,
                 const std::string& more = {})
{
    const auto result = session.run({"pw-cli", "create-node", "adapter",
                                     "{ factory.name = support.null-audio-sink node.name = " + name +
                                         " media.class = " + media_class +
                                         " audio.position = [ FL FR ] object.linger = true " + more + " }"});
    INFO(result.output << result.errors);
    REQUIRE(result.exit == 0);
    REQUIRE(wait_until([&] { return session.graph().ports_of(name).size() >= 4; }));
}

void choose(const PrivateSession& session, const std::string& kind, const std::string& name)
{
    session.set_metadata("default", "default.configured.audio." + kind, "{ \"name\": \"" + name + "\" }",
                         "Spa:String:JSON");
    REQUIRE(wait_until([&] {
        const auto now = session.graph().metadata("default", "default.audio." + kind);
        return now && now->value("name", "") == name;
    }));
}

Links between(const std::string& from, const std::string& to)
{
    return {{from + "FL", to + "FL"}, {from + "FR", to + "FR"}};
}

} // namespace

TEST_CASE(
    "what applications play to the sink of a node goes through the node to the speakers, also as the default")
{
    const PrivateSession session;
    make_device(session, "decant-sink.eq", "Audio/Sink", "decant.device.of = eq priority.session = 100");
    const StandInNode eq(session, "decant.eq", effect("[ default ]"));
    const auto expected =
        between("decant-sink.eq:monitor_", "decant.eq:input_") + stereo("decant.eq", "test-sink");
    choose(session, "sink", "test-sink");
    CHECK(becomes(session, expected));

    choose(session, "sink", "decant-sink.eq");
    REQUIRE(settled(session));
    CHECK(session.graph().links() == expected);
}

TEST_CASE("the source of a node gives what the node makes of the microphone, also as the default")
{
    const PrivateSession session;
    make_device(session, "microphone", "Audio/Source/Virtual");
    make_device(session, "decant-source.denoise", "Audio/Source/Virtual",
                "decant.device.of = denoise priority.session = 100");
    auto shape = effect("[]");
    shape.properties["decant.input.from"] = "[ default ]";
    const StandInNode denoise(session, "decant.denoise", shape);
    const auto expected = between("microphone:capture_", "decant.denoise:input_") +
                          between("decant.denoise:output_", "decant-source.denoise:input_");
    choose(session, "source", "microphone");
    CHECK(becomes(session, expected));

    choose(session, "source", "decant-source.denoise");
    REQUIRE(settled(session));
    CHECK(session.graph().links() == expected);
}

TEST_CASE(
    "the device of a node is no default by itself, whoever comes first, but stays it when it was chosen")
{
    using decant::service::DeviceNode;
    using decant::service::DeviceRole;
    const auto [role, kind, media_class, own] =
        GENERATE(table<DeviceRole, std::string, std::string, std::string>(
            {{DeviceRole::sink, "sink", "Audio/Sink", "decant-sink.aaa"},
             {DeviceRole::source, "source", "Audio/Source/Virtual", "decant-source.aaa"}}));
    INFO(kind);
    const PrivateSession session;
    GraphClient client(session);
    auto device = client.locked([&, role = role] {
        return std::make_unique<DeviceNode>(client.core(), role, "aaa", "Plugin",
                                            std::vector<std::string>{"FL", "FR"});
    });
    REQUIRE(wait_until([&, own = own] { return session.graph().ports_of(own).size() >= 4; }));
    const auto is_default = [&, kind = kind](const std::string& name) {
        const auto now = session.graph().metadata("default", "default.audio." + kind);
        return now && now->value("name", "") == name;
    };

    // No priority, as null sinks have it; WirePlumber takes that for 0.
    make_device(session, "late-" + kind, media_class);
    REQUIRE(settled(session));
    CHECK_FALSE(is_default(own));

    // The usual priority of what desktops make for themselves.
    make_device(session, "usual-" + kind, media_class, "priority.session = 1000");
    CHECK(wait_until([&, kind = kind] { return is_default("usual-" + kind); }));

    choose(session, kind, own);
    make_device(session, "later-" + kind, media_class, "priority.session = 2000");
    REQUIRE(settled(session));
    CHECK(is_default(own));
    client.locked([&] { device.reset(); });
}

TEST_CASE("input.from takes the outputs of other nodes by name")
{
    const PrivateSession session;
    const StandInNode bass(session, "decant.bass", synth("[]"));
    const StandInNode player(session, "player", {.outputs = {"FL", "FR"}});
    auto shape = effect("[]");
    shape.properties["decant.input.from"] = "[ bass, player ]";
    const StandInNode reverb(session, "decant.reverb", shape);
    CHECK(becomes(session, stereo("decant.bass", "decant.reverb") + stereo("player", "decant.reverb")));
}
