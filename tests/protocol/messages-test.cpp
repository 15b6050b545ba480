// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "wine-host/protocol/editor-messages.hpp"
#include "wine-host/protocol/messages.hpp"
#include "wine-host/protocol/plugin-description.hpp"
#include "wine-host/protocol/thread-refusals.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>
#include <span>
#include <string>
#include <vector>

using namespace decant::protocol;

namespace
{

PluginDescription some_plugin()
{
    PluginDescription plugin;
    plugin.format = PluginFormat::vst3;
    plugin.bits = 32;
    plugin.id = "ABCD";
    plugin.name = "Bässe";
    plugin.vendor = "Vendor";
    plugin.version = "1.2";
    plugin.instrument = true;
    plugin.midi_in = true;
    plugin.latency = 64;
    plugin.inputs = {{"Side", "Sidechain", "MONO", true}};
    plugin.outputs = {{"L", "Main", "FL", false}, {"R", "Main", "FR", false}};
    plugin.parameters = {{7, "Cutoff", "Hz", 20, 20000, 1000, 0}, {8, "On", "", 0, 1, 1, 1}};
    plugin.programs = {"Init", ""};
    return plugin;
}

} // namespace

TEST_CASE("a description of a plugin survives the way over the wire")
{
    const auto plugin = some_plugin();

    const auto copy = decode_plugin(encode(plugin));

    REQUIRE(copy);
    CHECK(encode(*copy) == encode(plugin));
    CHECK(copy->name == "Bässe");
    CHECK(copy->inputs.at(0).side);
    CHECK(copy->parameters.at(1).steps == 1);
}

TEST_CASE("a description that is cut anywhere is damaged")
{
    const auto whole = encode(some_plugin());
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK_FALSE(decode_plugin(std::span(whole).first(size)));
}

TEST_CASE("a description with bytes behind its end is damaged")
{
    auto bytes = encode(some_plugin());
    bytes.push_back({});

    CHECK_FALSE(decode_plugin(bytes));
}

TEST_CASE("a description that claims more than any plugin has is damaged")
{
    auto plugin = some_plugin();
    SECTION("ports")
    {
        plugin.outputs.resize(65);
    }
    SECTION("parameters")
    {
        plugin.parameters.resize(65537);
    }
    SECTION("programs")
    {
        plugin.programs.resize(65537);
    }

    CHECK_FALSE(decode_plugin(encode(plugin)));
}

TEST_CASE("damaged descriptions are refused or read, never more")
{
    const auto whole = encode(some_plugin());
    std::mt19937 random(5);
    for (int round = 0; round < 20000; ++round) {
        auto bytes = whole;
        for (auto changes = random() % 4 + 1; changes != 0; --changes)
            bytes[random() % bytes.size()] = static_cast<std::byte>(random());
        bytes.resize(bytes.size() - (random() % 2 == 0 ? random() % bytes.size() : 0));
        if (const auto plugin = decode_plugin(bytes))
            CHECK(plugin->outputs.size() <= 64);
    }
}

TEST_CASE("the parts of a chain survive the way over the wire, and damaged ones are refused")
{
    const std::vector<LoadedPart> parts{
        {"one", "/a.dll", ""}, {"two", "/b.dll", "Second", ChannelLayout::mono, ChannelLayout::surround_5_1}};
    auto bytes = encode(parts);
    const auto decoded = decode_parts(bytes);
    REQUIRE(decoded);
    REQUIRE(decoded->size() == 2);
    CHECK(((*decoded)[1].name == "two" && (*decoded)[1].path == "/b.dll" &&
           (*decoded)[1].plugin_class == "Second"));
    CHECK(((*decoded)[0].inputs == ChannelLayout::own && (*decoded)[1].inputs == ChannelLayout::mono &&
           (*decoded)[1].outputs == ChannelLayout::surround_5_1));

    CHECK_FALSE(decode_parts(encode(std::span<const LoadedPart>())));
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(decode_parts(std::span(bytes).first(size)));
    bytes[0] = std::byte{0xff}; // claims more than there is
    CHECK_FALSE(decode_parts(bytes));
}

TEST_CASE("a request for an editor and the report of it survive the way over the wire, and damaged ones are "
          "refused")
{
    const EditorRequest request{"two", "bass", 1.5, {{"one", {-10, 20, 0, 0}}, {"two", {30, 40, 500, 300}}}};
    const auto bytes = encode(request);
    const auto decoded = decode_editor_request(bytes);
    REQUIRE(decoded);
    CHECK((decoded->part == "two" && decoded->title == "bass" && decoded->scale == 1.5));
    REQUIRE(decoded->places.size() == 2);
    CHECK(decoded->places[1].part == "two");
    CHECK(decoded->places[1].place == request.places[1].place);
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(decode_editor_request(std::span(bytes).first(size)));
    CHECK_FALSE(decode_editor_request(encode(EditorRequest{"", "", -1, {}})));
    CHECK_FALSE(decode_editor_request(encode(EditorRequest{"", "", 1e9, {}})));

    const auto report = encode(EditorReport{"two", true, {2'000'000'000, -2'000'000'000, 4'000'000'000, 7}});
    const auto heard = decode_editor_report(report);
    REQUIRE(heard);
    CHECK((heard->part == "two" && heard->open));
    CHECK(heard->place == EditorPlace{1 << 20, -(1 << 20), 16384, 7}); // no screen is larger
    for (std::size_t size = 0; size < report.size(); ++size)
        CHECK_FALSE(decode_editor_report(std::span(report).first(size)));
}

TEST_CASE("refused threads survive the way over the wire, and what no thread or priority can be is refused")
{
    const auto bytes = encode(ThreadRefusals{7, {{4711, 79}, {4712, 1}}});
    const auto heard = decode_thread_refusals(bytes);
    REQUIRE(heard);
    CHECK(heard->serial == 7);
    CHECK(heard->threads == std::vector<ThreadRefusal>{{4711, 79}, {4712, 1}});
    for (std::size_t size = 0; size < bytes.size(); ++size)
        CHECK_FALSE(decode_thread_refusals(std::span(bytes).first(size)));
    for (const ThreadRefusal wrong : {ThreadRefusal{0, 79}, {0xffffffff, 79}, {4711, 0}, {4711, 99}})
        CHECK_FALSE(decode_thread_refusals(encode(ThreadRefusals{1, {wrong}})));
    CHECK_FALSE(decode_thread_refusals(
        encode(ThreadRefusals{1, std::vector<ThreadRefusal>(4097, ThreadRefusal{4711, 79})})));
}

TEST_CASE("a greeting and a failure survive the way over the wire")
{
    const auto hello = decode_hello(encode(Hello{3, 64, "8.0"}));
    REQUIRE(hello);
    CHECK((hello->version == 3 && hello->bits == 64 && hello->wine == "8.0"));

    const auto failure = decode_failure(encode(Failure{FailureCode::refused, "no"}));
    REQUIRE(failure);
    CHECK((failure->code == FailureCode::refused && failure->text == "no"));
}
