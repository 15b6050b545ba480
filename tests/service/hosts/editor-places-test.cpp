// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/hosts/editor-places.hpp"
#include "tests/support/private-session.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

using namespace decant;
using Catch::Matchers::ContainsSubstring;
using service::EditorPlaces;

namespace
{

struct World {
    tests::TemporaryDirectory directory;
    std::filesystem::path file = directory.path() / "decant/bass.v2.editor";
    EditorPlaces places{directory.path() / "decant/bass.v2.state"};

    void write(const std::string& text) const
    {
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
    [[nodiscard]] std::string text() const
    {
        std::ifstream in(file);
        return {std::istreambuf_iterator<char>(in), {}};
    }
};

} // namespace

TEST_CASE("the place of a window is there again")
{
    const World world;
    CHECK(world.places.read().empty());

    world.places.keep("", {10, -20, 300, 200});
    world.places.keep("Reverb", {30, 40, 500, 400});
    world.places.keep("", {11, -21, 300, 200});

    const auto places = EditorPlaces(world.directory.path() / "decant/bass.v2.state").read();
    REQUIRE(places.size() == 2);
    CHECK(places[0].part.empty());
    CHECK(places[0].place == protocol::EditorPlace{11, -21, 300, 200});
    CHECK(places[1].part == "Reverb");
}

TEST_CASE("what another version has written beside the places stays")
{
    const World world;
    world.write(
        R"({"zoom": 2, "windows": {"": {"x": 1, "y": 2, "width": 3, "height": 4, "screen": "DP-1"}}})");
    world.places.keep("", {5, 6, 7, 8});
    CHECK_THAT(world.text(),
               ContainsSubstring("zoom") && ContainsSubstring("DP-1") && ContainsSubstring("7"));
    CHECK(world.places.read().at(0).place == protocol::EditorPlace{5, 6, 7, 8});
}

TEST_CASE("a file that is no list of places is as good as none")
{
    const World world;
    for (const char* text : {"", "{", "[]", "7", R"({"windows": 7})", R"({"windows": {"": 7}})",
                             R"({"windows": {"": {"x": "left", "y": 2, "width": 3, "height": 4}}})",
                             R"({"windows": {"": {"x": 1e300, "y": 2, "width": 3, "height": 4}}})"}) {
        INFO(text);
        world.write(text);
        CHECK(world.places.read().empty());
        world.places.keep("", {5, 6, 7, 8});
        CHECK(world.places.read().size() == 1);
    }
}

TEST_CASE("a place that cannot be kept is told, with the remedy")
{
    const World world;
    std::filesystem::create_directories(world.file.string() + ".new"); // in the way
    CHECK_THROWS_WITH(world.places.keep("", {1, 2, 3, 4}),
                      ContainsSubstring("check its permissions and the room on its disk"));
}

TEST_CASE("who has no state file keeps no places")
{
    const EditorPlaces places{{}};
    places.keep("", {1, 2, 3, 4});
    CHECK(places.read().empty());
}
