// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "tests/service/gain-rack.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <fmt/format.h>
#include <string>

namespace decant::service
{
namespace
{

using tests::wait_until;

std::string member(const std::string& name, const std::string& file)
{
    return fmt::format("{{ name = {} path = \"{}/{}.dll\" prefix = \"{}\" host.group = keys }} ", name,
                       std::getenv("DECANT_TEST_PLUGINS"), file, std::getenv("DECANT_TEST_PREFIX"));
}

std::string rack_of(const std::string& nodes)
{
    return "decant.nodes = [ " + nodes + "{ name = organ path = ~/Organ.wav } ]";
}

} // namespace

TEST_CASE("a plugin goes at once, or is made anew, while another of its group loads, and nobody waits for it")
{
    RunningService service;
    service.write_tone("Organ.wav");
    service.configure(rack_of(member("one", "decant-test-gain") + member("two", "decant-test-gain")));
    service.start();
    for (const char* name : {"one", "two", "organ"})
        REQUIRE(service.wait_for_state(name, "running"));

    const auto slow = member("slow", "broken-entry-slow");
    service.configure(rack_of(member("one", "decant-test-gain") + member("two", "decant-test-gain") + slow));
    REQUIRE(service.wait_for_state("slow", "loading"));
    // Its host has begun to load: the log says so of none, but the next to come has to wait for it.
    service.configure(rack_of(member("one", "decant-test-mirror") + slow));
    CHECK(wait_until([&] { return service.listed("two").is_null(); }));
    CHECK(service.wait_for_state("one", "loading"));
    CHECK(service.wait_for_state("slow", "loading"));
    CHECK(service.decant({"set", "organ", "Transposition=7"}).exit == 0);
    CHECK(wait_until([&] { return service.session().graph().find_node("decant.two") == std::nullopt; }));
}

} // namespace decant::service
