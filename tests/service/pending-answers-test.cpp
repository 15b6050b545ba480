// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "service/pending-answers.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>
#include <vector>

using decant::service::PendingAnswers;

namespace
{

struct World {
    PendingAnswers answers;
    std::vector<std::string> heard;

    void ask(std::uint64_t ticket)
    {
        answers.add(ticket, [this, ticket](const std::string& problem) {
            heard.push_back(std::to_string(ticket) + problem);
        });
    }
};

using Heard = std::vector<std::string>;

} // namespace

TEST_CASE("each who asked hears the answer to what was asked, once, in whatever order they come")
{
    World world;
    world.ask(1);
    world.ask(2);
    world.answers.end(2, " failed");
    world.answers.end(2, " again");
    world.answers.end(7, " that nobody asked");
    world.answers.end(1, "");
    CHECK(world.heard == Heard{"2 failed", "1"});
}

TEST_CASE("an answer may stand for all that was asked before")
{
    World world;
    for (const std::uint64_t ticket : {3U, 4U, 5U})
        world.ask(ticket);
    world.answers.end_up_to(4, " saved");
    CHECK(world.heard == Heard{"3 saved", "4 saved"});
    world.answers.end_all(" gone");
    CHECK(world.heard == Heard{"3 saved", "4 saved", "5 gone"});
}

TEST_CASE("who hears that the host is gone may ask the next one at once, and waits for that")
{
    World world;
    world.answers.add(1, [&](const std::string&) { world.ask(2); });
    world.answers.end_all(" gone");
    CHECK(world.heard.empty());
    world.answers.end(2, " done");
    CHECK(world.heard == Heard{"2 done"});
}

TEST_CASE("who still waits when nobody is left to answer hears that")
{
    std::vector<std::string> heard;
    {
        PendingAnswers answers;
        answers.add(1, [&](const std::string& problem) { heard.push_back(problem); });
    }
    REQUIRE(heard.size() == 1);
    CHECK_THAT(heard[0], Catch::Matchers::ContainsSubstring("ask again"));
}
