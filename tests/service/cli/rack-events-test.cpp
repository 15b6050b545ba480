// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/rack-events.hpp"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

namespace decant::cli
{
namespace
{

using Kind = RackEvent::Kind;
using service::NodeState;
using service::NodeStatus;

NodeStatus running()
{
    NodeStatus status;
    status.state = NodeState::running;
    return status;
}

} // namespace

TEST_CASE("a node that comes tells its state, and one that goes only that")
{
    const auto come = node_events("bass", {}, running());
    REQUIRE(come.size() == 1);
    CHECK(nlohmann::json(to_json(come[0])) ==
          nlohmann::json{{"event", "node-added"}, {"node", "bass"}, {"state", "running"}, {"message", ""}});
    const auto gone = node_events("bass", running(), {});
    REQUIRE(gone.size() == 1);
    CHECK(nlohmann::json(to_json(gone[0])) == nlohmann::json{{"event", "node-removed"}, {"node", "bass"}});
    CHECK(node_events("bass", {}, {}).empty());
}

TEST_CASE("nothing is told of a node that plays on, whatever its load is")
{
    auto now = running();
    now.load = 0.7;
    CHECK(node_events("bass", running(), now).empty());
}

TEST_CASE("a state is told in one line with its reason")
{
    auto now = running();
    now.state = NodeState::failed;
    now.message = "it crashed\nfive times";
    const auto events = node_events("bass", running(), now);
    REQUIRE(events.size() == 1);
    CHECK(to_text(events[0]) == "state        bass failed: it crashed five times");
}

TEST_CASE("what is counted is told as how many more, and of a node that was made anew as all of them")
{
    auto before = running();
    before.late = 5;
    before.xruns = 9;
    auto now = before;
    now.late = 7;
    now.lost = 3;
    now.xruns = 2;
    const auto events = node_events("bass", before, now);
    REQUIRE(events.size() == 3);
    CHECK(nlohmann::json(to_json(events[0])) ==
          nlohmann::json{{"event", "late"}, {"node", "bass"}, {"more", 2}, {"total", 7}});
    CHECK(to_text(events[1]) == "lost         bass +3 (3)");
    CHECK(to_text(events[2]) == "xruns        bass +2 (2)");
}

TEST_CASE("a warning is told once, when it begins")
{
    auto now = running();
    now.warnings = {"output.to: nobody is called 'x' now"};
    CHECK(node_events("bass", running(), now).size() == 1);
    CHECK(node_events("bass", now, now).empty());
}

} // namespace decant::cli
