// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/load-balance.hpp"

#include <catch2/catch_test_macros.hpp>

namespace decant::service
{
namespace
{

const std::vector<std::string> two_loops{"a", "b"};

} // namespace

TEST_CASE("the node moves that takes the most from the loop with the most to do")
{
    const std::vector<PlacedNode> nodes{{"light", "a", 0.05, true},
                                        {"middle", "a", 0.2, true},
                                        {"heavy", "a", 0.45, true},
                                        {"other", "b", 0.3, true}};
    CHECK(node_to_move(two_loops, nodes, 0.02) == "middle"); // 0.5 and 0.5
}

TEST_CASE("no node moves if that only makes another loop the busiest, or saves too little")
{
    const std::vector<PlacedNode> alone{{"heavy", "a", 0.5, true}, {"light", "b", 0.1, true}};
    CHECK_FALSE(node_to_move(two_loops, alone, 0.02));

    const std::vector<PlacedNode> close{
        {"one", "a", 0.2, true}, {"two", "a", 0.05, true}, {"three", "b", 0.16, true}};
    CHECK(node_to_move(two_loops, close, 0.02) == "two");
    CHECK_FALSE(node_to_move(two_loops, close, 0.1));
}

TEST_CASE("a node that may not leave its loop stays")
{
    const std::vector<PlacedNode> nodes{{"bound", "a", 0.3, false}, {"free", "a", 0.1, true}};
    CHECK(node_to_move(two_loops, nodes, 0.02) == "free");
}

TEST_CASE("a loop without nodes takes the first, and one loop alone is in balance")
{
    const std::vector<PlacedNode> nodes{{"one", "a", 0.3, true}, {"two", "a", 0.3, true}};
    CHECK(node_to_move(two_loops, nodes, 0.02));
    CHECK_FALSE(node_to_move({"a"}, nodes, 0.02));
    CHECK(loads_of(two_loops, nodes) == LoopLoads{{"a", 0.6}, {"b", 0}});
}

} // namespace decant::service
