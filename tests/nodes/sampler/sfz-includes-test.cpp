// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How much may come of #include: large libraries do, and small files that multiply do not.

#include "nodes/sampler/sfz-includes.hpp"
#include "nodes/sampler/sfz-parser.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Matchers::ContainsSubstring;

namespace
{

struct Outcome {
    std::size_t headers = 0;
    std::vector<Problem> problems;
};

Outcome parsed(const std::filesystem::path& file)
{
    Outcome outcome;
    ProblemLog problems;
    FileFinder files;
    parse_sfz(file, [&](const SfzHeader&) { ++outcome.headers; }, problems, files);
    outcome.problems = problems.take();
    return outcome;
}

std::string repeated(const std::string& text, std::size_t times)
{
    std::string all;
    for (std::size_t time = 0; time < times; ++time)
        all += text;
    return all;
}

} // namespace

TEST_CASE("a library may include a small file thousands of times")
{
    const TemporaryDirectory directory;
    std::string keys; // a map of twenty keys, as each of its layers has it
    for (int key = 40; key < 60; ++key)
        keys += "<region> sample=$NAME-" + std::to_string(key) + ".wav key=" + std::to_string(key) +
                " ampeg_release=0.5 amp_veltrack=80 pan=0 tune=1\n";
    directory.write("keys.sfzh", keys);
    const auto outcome = parsed(
        directory.write("main.sfz", repeated("<group>\n#define $NAME soft\n#include \"keys.sfzh\"\n", 6000)));
    CHECK(outcome.headers == 6000 * 21);
    CHECK(outcome.problems.empty());
}

TEST_CASE("files that include the next one again and again stop, with the place and what to look for")
{
    const TemporaryDirectory directory;
    directory.write("regions.sfzh", repeated("<region> key=1\n", 1000));
    for (int depth = 0; depth < 8; ++depth)
        directory.write(std::to_string(depth) + ".sfzh",
                        repeated("#include \"" + std::to_string(depth + 1) + ".sfzh\"\n", 10));
    directory.write("8.sfzh", "#include \"regions.sfzh\"\n");
    const auto outcome =
        parsed(directory.write("main.sfz", "<region>\n#include \"0.sfzh\"\n<region> key=2\n"));
    // The first time it is no repetition.
    CHECK(outcome.headers == 2 + 1000 + SfzIncludes::most_repeated_headers);
    CHECK(
        reports(outcome.problems, "8.sfzh", 1, "200000 headers; this #include and all others of such files"));
    CHECK(outcome.problems.size() == 1);
}

TEST_CASE("a long text that is included again and again stops")
{
    const TemporaryDirectory directory;
    constexpr std::size_t megabytes = SfzIncludes::most_repeated_text / megabyte;
    directory.write("long.sfzh", std::string(megabyte - 1, '/') + '\n');
    const auto outcome = parsed(directory.write(
        "main.sfz", repeated("#include \"long.sfzh\"\n", megabytes + 3) + "<region> key=2\n"));
    CHECK(outcome.headers == 1);
    REQUIRE(outcome.problems.size() == 1);
    CHECK(reports(outcome.problems, "main.sfz", megabytes + 2, "16 MiB of text"));
}

TEST_CASE("every #include counts, whatever comes of it, and none is looked for when there were too many")
{
    const TemporaryDirectory directory;
    directory.write("good.sfzh", "<region> key=1\n");
    for (const char* const bad : {"#include \"none.sfzh\"\n", "#include \"main.sfz\"\n"}) {
        INFO(bad);
        const auto outcome = parsed(directory.write(
            "main.sfz", "<region>\n" + repeated(bad, SfzIncludes::most) + "#include \"good.sfzh\"\n"));
        CHECK(outcome.headers == 1);
    }
    FileFinder files;
    SfzIncludes includes(directory / "main.sfz", files);
    for (unsigned count = 0; count < SfzIncludes::most; ++count)
        REQUIRE_FALSE(includes.open("none.sfzh", 100).file);
    CHECK_FALSE(includes.ended());
    CHECK_THAT(includes.open("good.sfzh", 100).problem,
               ContainsSubstring("more than 20000 #include; this one"));
    CHECK(includes.ended());
    CHECK(includes.open("good.sfzh", 100).problem.empty());
}

TEST_CASE("values that multiply by #define stop before they fill the memory")
{
    const TemporaryDirectory directory;
    const auto outcome =
        parsed(directory.write("main.sfz", "#define $A " + repeated("foo=1,", 600) + "\n<region>\n" +
                                               repeated(repeated("$A", 250) + '\n', 100)));
    CHECK(reports(outcome.problems, "main.sfz", 40, "more than 32 MiB were put in for variables"));
}

TEST_CASE("an included file may have a $ in its name")
{
    const TemporaryDirectory directory;
    directory.write("a$w.sfzh", "<region> key=1\n");
    const auto outcome =
        parsed(directory.write("main.sfz", "#include \"a$w.sfzh\"\n#include \"b$w.sfzh\"\n"));
    CHECK(outcome.headers == 1);
    REQUIRE(outcome.problems.size() == 1);
    CHECK(reports(outcome.problems, "main.sfz", 2, "the variable '$w' is not defined"));
}

TEST_CASE("what is included and is no file is said to be what it is, wherever it is found")
{
    const TemporaryDirectory directory;
    directory.write("maps/keys.sfzh", "#include \"inner\"\n#include \"..\\maps\"\n");
    std::filesystem::create_directory(directory / "maps/inner");
    std::filesystem::create_symlink("gone.sfzh", directory / "link.sfzh");
    const auto outcome =
        parsed(directory.write("main.sfz", "#include \"maps\"\n#include \"/dev/zero\"\n"
                                           "#include \"link.sfzh\"\n#include \"maps/keys.sfzh\"\n"));
    CHECK(outcome.problems.size() == 5);
    CHECK(reports(outcome.problems, "main.sfz", 1,
                  "'maps' cannot be included: this is a directory; name a file"));
    CHECK(reports(outcome.problems, "main.sfz", 2,
                  "'/dev/zero' cannot be included: this is not a file that can"));
    CHECK(reports(outcome.problems, "main.sfz", 3, "this is a link to gone.sfzh, which is not there"));
    CHECK(reports(outcome.problems, "keys.sfzh", 1, "'inner' cannot be included: this is a directory"));
    CHECK(reports(outcome.problems, "keys.sfzh", 2, "this is a directory"));
}
