// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Nodes that move to another data loop, with Windows plugins that take as long as they are told.

#include "tests/service/gain-rack.hpp"

#include <algorithm>
#include <catch2/matchers/catch_matchers_string.hpp>

namespace decant::service
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using tests::TestNode;
using tests::wait_until;

/// Two plugins that work hard and got the same data loop, and one that does not in another.
class UnevenRack : public RunningService
{
    std::string nodes_;

    std::string first_port(const std::string& name, tests::Direction direction)
    {
        return session().graph().ports_of("decant." + name, direction).at(0).path();
    }

    /// A node goes to the loop with the fewest others while nobody knows what they cost.
    void add(const std::string& name, double burn)
    {
        nodes_ += fmt::format("{{ name = {} {} prefix = \"{}\" params = {{ Burn = {} }} }}\n", name,
                              path_of("burner"), std::getenv("DECANT_TEST_PREFIX"), burn);
        configure("decant.nodes = [ " + nodes_ + " ]");
        REQUIRE(wait_for_state(name, "running"));
    }

    double load(const std::string& name) const { return listed(name).value("load", 0.0); }

public:
    tests::GraphClient client{session()};
    tests::NoiseSource noise;
    tests::NoiseListener listener;
    std::unique_ptr<TestNode> source;
    std::unique_ptr<TestNode> recorder;

    static constexpr std::uint32_t quantum = 512; ///< 10.7 ms

    UnevenRack()
    {
        session().set_quantum(quantum);
        start();
        source = std::make_unique<TestNode>(client, "source", mono_out, noise);
        recorder = std::make_unique<TestNode>(client, "recorder", mono_in, listener);
        add("one", 0.2); // 2 ms
        add("two", 0);
        add("three", 0.2);
        if (loop_of("one") == loop_of("two"))
            SKIP("needs two data loops");
        REQUIRE(loop_of("three") == loop_of("one"));
        for (const auto* name : {"one", "three"}) {
            session().link("source:output", input_of(name));
            session().link(output_of(name), "recorder:input");
        }
        REQUIRE(wait_until([this] { return load("one") > 0.15 && load("three") > 0.15; }));
    }

    std::string input_of(const std::string& name) { return first_port(name, tests::Direction::input); }
    std::string output_of(const std::string& name) { return first_port(name, tests::Direction::output); }

    nlohmann::json loop_of(const std::string& name) const { return property(name, "node.loop.name"); }

    /// Whether it is a link of the policy for WirePlumber.
    bool has_mark(const std::string& output, const std::string& input)
    {
        const auto graph = session().graph();
        const auto ids = graph.link_ids(output, input);
        return std::any_of(graph.dump().begin(), graph.dump().end(), [&](const auto& object) {
            return ids.size() == 1 && object.at("id") == ids.front() &&
                   object["info"]["props"].value("decant.link", false);
        });
    }

    /// Whether both that work are heard.
    bool plays()
    {
        listener.gain = 2;
        listener.listen(quantum, 48000);
        return wait_until([this] { return listener.exact >= 20; });
    }
};

} // namespace

TEST_CASE("asked to, nodes move to the loop with the least to do, and play on with the links that they had")
{
    UnevenRack rack;
    rack.session().unlink("source:output", rack.input_of("three"));
    REQUIRE(
        rack.session()
            .run({"pw-link", "--props", "{ decant.link = true }", "source:output", rack.input_of("three")})
            .exit == 0);
    REQUIRE(rack.plays());
    const auto links = rack.session().graph().links();
    const auto light = rack.serial("two");

    const auto result = rack.decant({"balance"});
    INFO(result.output << result.errors << rack.process().errors());
    REQUIRE(result.exit == 0);
    CHECK_THAT(result.output, ContainsSubstring("moved from data-loop."));
    CHECK_THAT(result.output, ContainsSubstring("the nodes of each loop take"));
    CHECK(rack.loop_of("one") != rack.loop_of("three"));
    CHECK(rack.serial("two") == light);
    const auto graph = rack.session().graph();
    CHECK(graph.links() == links);
    CHECK(rack.has_mark("source:output", rack.input_of("three")));
    CHECK_FALSE(rack.has_mark("source:output", rack.input_of("one")));
    CHECK(rack.plays());

    const auto again = rack.decant({"balance"});
    CHECK(again.exit == 0);
    CHECK(again.output.find("moved") == std::string::npos);
}

TEST_CASE(
    "a node that has nothing to do moves by itself when the loops are out of balance, and one that plays "
    "stays")
{
    UnevenRack rack;
    REQUIRE(rack.plays());
    const auto playing = rack.serial("one");
    const auto busy_loop = rack.loop_of("one");
    rack.session().unlink("source:output", rack.input_of("three"));
    rack.session().unlink(rack.output_of("three"), "recorder:input");

    CHECK(wait_until([&] { return rack.loop_of("three") != busy_loop; }, std::chrono::seconds(30)));
    CHECK(rack.serial("one") == playing);
    CHECK(rack.loop_of("one") == busy_loop);
    CHECK(wait_until(
        [&] { return rack.process().errors().find("moved from data-loop.") != std::string::npos; }));
}

} // namespace decant::service
