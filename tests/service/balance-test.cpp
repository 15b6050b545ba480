// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// Nodes that move to another data loop, with Windows plugins that take as long as they are told.

#include "service/usable-cpus.hpp"
#include "tests/service/gain-rack.hpp"

#include <algorithm>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <cmath>
#include <fmt/ranges.h>
#include <map>

namespace decant::service
{
namespace
{

using Catch::Matchers::ContainsSubstring;
using tests::TestNode;
using tests::wait_until;

/// As decantd has one for each core.
void skip_without_two_loops()
{
    if (spread_cpus(allowed_cpus(), "/sys/devices/system/cpu").size() < 2)
        SKIP("needs two cores");
}

/// Plugins that take as long as they are told, and noise for them.
class BurnerRack : public RunningService
{
    std::string nodes_;

    std::string first_port(const std::string& name, tests::Direction direction)
    {
        return session().graph().ports_of("decant." + name, direction).at(0).path();
    }

public:
    tests::GraphClient client{session()};
    tests::NoiseSource noise;
    std::unique_ptr<TestNode> source;

    static constexpr std::uint32_t quantum = 512; ///< 10.7 ms

    BurnerRack()
    {
        session().set_quantum(quantum);
        start();
        source = std::make_unique<TestNode>(client, "source", mono_out, noise);
    }

    /// A node goes to the loop with the fewest others while nobody knows what they cost.
    void add(const std::string& name, double burn)
    {
        nodes_ += fmt::format("{{ name = {} {} prefix = \"{}\" params = {{ Burn = {} }} }}\n", name,
                              path_of("burner"), std::getenv("DECANT_TEST_PREFIX"), burn);
        configure("decant.nodes = [ " + nodes_ + " ]");
        REQUIRE(wait_for_state(name, "running"));
    }

    std::string input_of(const std::string& name) { return first_port(name, tests::Direction::input); }
    std::string output_of(const std::string& name) { return first_port(name, tests::Direction::output); }

    nlohmann::json loop_of(const std::string& name) const { return property(name, "node.loop.name"); }
    double load(const std::string& name) const { return listed(name).value("load", 0.0); }
};

/// Two that work hard and got the same data loop, and one that does not in another.
class UnevenRack : public BurnerRack
{
public:
    tests::NoiseListener listener;
    std::unique_ptr<TestNode> recorder;

    UnevenRack()
    {
        recorder = std::make_unique<TestNode>(client, "recorder", mono_in, listener);
        add("one", 0.2); // 2 ms
        add("two", 0);
        add("three", 0.2);
        skip_without_two_loops();
        REQUIRE(loop_of("one") != loop_of("two"));
        REQUIRE(loop_of("three") == loop_of("one"));
        for (const auto* name : {"one", "three"}) {
            session().link("source:output", input_of(name));
            session().link(output_of(name), "recorder:input");
        }
        REQUIRE(wait_until([this] { return load("one") > 0.15 && load("three") > 0.15; }));
    }

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

/// Three that are each listened to, of which two work hard, in turn.
class ShiftingRack : public BurnerRack
{
    struct Ear {
        tests::NoiseListener listener;
        std::unique_ptr<TestNode> recorder;
    };
    std::map<std::string, Ear> ears_;

    double burn_of(const std::string& name)
    {
        const auto list = parameters(name);
        const auto found = std::find(list.begin(), list.end(), "Burn");
        return found == list.end() ? -1 : std::round(std::next(found)->get<double>() * 100) / 100;
    }

    void work(const std::string& name, bool hard)
    {
        const double burn = hard ? 0.2 : 0;
        REQUIRE(wait_until([&] { // a node that has moved is another one in the graph
            const auto node = session().graph().find_node("decant." + name);
            return node &&
                   session()
                           .run({"pw-cli", "s", std::to_string(node->at("id").get<int>()), "Props",
                                 fmt::format("{{ params = [ Burn {} ] }}", burn)})
                           .exit == 0 &&
                   wait_until([&] { return burn_of(name) == burn; }, std::chrono::seconds(2));
        }));
    }

public:
    ShiftingRack()
    {
        for (const auto* name : {"one", "two", "three"}) {
            auto& ear = ears_[name];
            ear.recorder =
                std::make_unique<TestNode>(client, fmt::format("ear-{}", name), mono_in, ear.listener);
            add(name, 0);
            session().link("source:output", input_of(name));
            session().link(output_of(name), fmt::format("ear-{}:input", name));
        }
        skip_without_two_loops();
        REQUIRE(loop_of("one") != loop_of("two"));
    }

    /// Those that share a loop work hard from now on, and are returned; the third does not.
    std::vector<std::string> shift()
    {
        std::map<std::string, std::vector<std::string>> loops;
        for (const auto& [name, ear] : ears_)
            loops[loop_of(name)].push_back(name);
        std::vector<std::string> busy;
        for (const auto& [loop, names] : loops) {
            for (const auto& name : names)
                work(name, names.size() == 2);
            if (names.size() == 2)
                busy = names;
        }
        const bool shifted = wait_until([&] {
            return std::ranges::all_of(loops, [&](const auto& loop) {
                return std::ranges::all_of(loop.second, [&](const auto& name) {
                    return (load(name) > 0.15) == (loop.second.size() == 2);
                });
            });
        });
        INFO(decant({"list"}).output << process().errors());
        REQUIRE(shifted);
        REQUIRE(busy.size() == 2);
        return busy;
    }

    void listen()
    {
        for (auto& [name, ear] : ears_)
            ear.listener.listen(quantum, 48000);
    }

    bool all_play()
    {
        listen();
        return wait_until([this] {
            return std::ranges::all_of(ears_, [](auto& ear) { return ear.second.listener.exact >= 20; });
        });
    }

    /// Blocks without the node's sound since listen(), when that is back.
    std::uint64_t gap_of(const std::string& name)
    {
        auto& listener = ears_.at(name).listener;
        REQUIRE(wait_until([&, before = listener.exact.load()] { return listener.exact >= before + 20; }));
        return listener.missed / quantum;
    }
};

/// Whether those that were not meant played on: at most once a machine that has no time for one of them had
/// its part in it, which was up to 14 blocks.
void check_others_played(std::vector<std::uint64_t> gaps)
{
    INFO(fmt::format("blocks without the sound of the others: {}", fmt::join(gaps, " ")));
    REQUIRE(gaps.size() >= 4);
    std::ranges::sort(gaps);
    CHECK(gaps.at(gaps.size() - 2) <= 5);
}

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

TEST_CASE("a node that moves while it plays is missing for a few blocks each time, and no other one is")
{
    ShiftingRack rack;
    constexpr std::uint64_t longest = 20;
    std::vector<std::uint64_t> gaps;
    std::vector<std::uint64_t> gaps_of_others;
    for (int moves = 0; moves < 5; ++moves) {
        (void)rack.shift();
        REQUIRE(rack.all_play());
        rack.listen();
        const auto result = rack.decant({"balance"});
        INFO(result.output << result.errors << rack.process().errors());
        REQUIRE(result.exit == 0);
        const auto moved = result.output.substr(0, result.output.find(':'));
        for (const auto* name : {"one", "two", "three"}) {
            const auto gap = rack.gap_of(name);
            (name == moved ? gaps : gaps_of_others).push_back(gap);
        }
    }
    INFO(fmt::format("of {} moves, blocks without the node's sound: {}", gaps.size(), fmt::join(gaps, " ")));
    REQUIRE(gaps.size() == 5);
    CHECK(std::ranges::max(gaps) <= longest);
    check_others_played(std::move(gaps_of_others));
}

TEST_CASE("hosts that are killed while their nodes move are back with the links that they had, and no other "
          "one misses a "
          "block")
{
    ShiftingRack rack;
    std::map<std::string, unsigned> restarts;
    std::vector<std::uint64_t> gaps_of_others;
    for (const int after : {0, 50, 120, 300}) {
        const auto busy = rack.shift();
        REQUIRE(rack.all_play());
        rack.listen();
        const auto links = rack.session().graph().links();
        const auto balance = rack.session().spawn({DECANT, "balance"});
        strike(rack, busy[0], std::chrono::milliseconds(after));
        strike(rack, busy[1], std::chrono::milliseconds(0));
        const auto exit = balance->wait(tests::patience);
        INFO(after << " ms: " << balance->output() << balance->errors() << rack.process().errors());
        REQUIRE(exit == 0);
        for (const auto& name : busy) {
            const auto expected = ++restarts[name];
            REQUIRE(wait_until([&] { return rack.listed(name).at("restarts") == expected; }));
            REQUIRE(rack.wait_for_state(name, "running"));
        }
        for (const auto* name : {"one", "two", "three"})
            if (std::ranges::find(busy, name) == busy.end())
                gaps_of_others.push_back(rack.gap_of(name));
        CHECK(rack.session().graph().links() == links);
        CHECK(rack.all_play());
    }
    check_others_played(std::move(gaps_of_others));
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
