// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/problem.hpp"
#include "nodes/sampler/sfz-parser.hpp"
#include "tests/nodes/sampler/support.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <string>
#include <vector>

using namespace decant::sampler;
using namespace decant::sampler::test;
using Catch::Matchers::ContainsSubstring;

namespace
{

struct Parsed {
    std::vector<std::string> lines; // "<region> key=60 sample=a b.wav"
    std::vector<SfzHeader> headers;
    std::vector<Problem> problems;
};

Parsed collect(const auto& parse)
{
    Parsed parsed;
    ProblemLog problems;
    parse(
        [&](const SfzHeader& header) {
            std::string line = '<' + header.name + '>';
            for (const SfzOpcode& opcode : header.opcodes)
                line += ' ' + opcode.name + '=' + opcode.value;
            parsed.lines.push_back(line);
            parsed.headers.push_back(header);
        },
        problems);
    parsed.problems = problems.take();
    return parsed;
}

Parsed parse_text(std::string_view text)
{
    return collect([&](const SfzVisitor& visit, ProblemLog& log) {
        FileFinder files;
        parse_sfz_text(text, "/none/a.sfz", visit, log, files);
    });
}

Parsed parse_file(const std::filesystem::path& file)
{
    return collect([&](const SfzVisitor& visit, ProblemLog& log) {
        FileFinder files;
        parse_sfz(file, visit, log, files);
    });
}

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("headers come with their opcodes, over any number of lines and with any line end")
{
    const auto parsed =
        parse_text("<group> volume=-6\n<region>key=60 pan=10\r\n  sample=a.wav\r<region> key=61");

    CHECK(parsed.lines ==
          Lines{"<group> volume=-6", "<region> key=60 pan=10 sample=a.wav", "<region> key=61"});
    CHECK(parsed.headers[1].opcodes[2].place.line == 3);
    CHECK(parsed.headers[2].place.line == 4);
    CHECK(parsed.problems.empty());
}

TEST_CASE("a value may have blanks and ends at the next opcode, header, comment or line")
{
    CHECK(parse_text("<region> sample=My Piano C4.wav key=60").lines ==
          Lines{"<region> sample=My Piano C4.wav key=60"});
    CHECK(parse_text("<region> sample=a b.wav<region>key=1").lines ==
          Lines{"<region> sample=a b.wav", "<region> key=1"});
    CHECK(parse_text("<region> sample=a b.wav   // the low one\nkey=1").lines ==
          Lines{"<region> sample=a b.wav key=1"});
    CHECK(parse_text("<region> sample=a=b.wav key=1").lines == Lines{"<region> sample=a=b.wav key=1"});
    CHECK(parse_text("<region> sample=My kit=2.wav key=60").lines ==
          Lines{"<region> sample=My kit=2.wav key=60"});
    CHECK(parse_text("<region> sample= key=1").lines == Lines{"<region> sample= key=1"});
    CHECK(parse_text("<region> sample=a < b.wav key=1").lines == Lines{"<region> sample=a < b.wav key=1"});
}

TEST_CASE("a byte order mark and comments of both kinds are passed over")
{
    const auto parsed = parse_text("\xef\xbb\xbf<region> /* key=1\n key=2 */ key=3 // key=4 /*\nkey=5");

    CHECK(parsed.lines == Lines{"<region> key=3 key=5"});
    CHECK(parsed.headers[0].opcodes[1].place.line == 3);
    CHECK(parsed.problems.empty());
}

TEST_CASE("a comment that is not closed is reported where it starts")
{
    const auto parsed = parse_text("<region> key=1\nkey=2 /* key=3\nkey=4\n");

    CHECK(parsed.lines == Lines{"<region> key=1 key=2"});
    CHECK(reports(parsed.problems, "a.sfz", 2, "not closed"));
}

TEST_CASE("variables are replaced by the longest name that is defined, from their definition on")
{
    CHECK(parse_text("#define $KEY 60\n#define $KEYS 70\n<region> key=$KEY lokey=$KEYS hikey=$KEY1 $KEY=x")
              .lines == Lines{"<region> key=60 lokey=70 hikey=601 60=x"});
    CHECK(parse_text("<region> #define $A 1 key=$A #define $A 2 pan=$A").lines ==
          Lines{"<region> key=1 pan=2"});
    CHECK(parse_text("#define $A 1\n#define $B $A$A\n<region> key=$B").lines == Lines{"<region> key=11"});
    CHECK(parse_text("#define $S sample=a.wav\n<region> $S key=1").lines ==
          Lines{"<region> sample=a.wav key=1"});
}

TEST_CASE("a variable that is not defined is reported once and left as it is")
{
    const auto parsed = parse_text("<region>\nkey=$A\npan=$A");

    CHECK(parsed.lines == Lines{"<region> key=$A pan=$A"});
    REQUIRE(parsed.problems.size() == 1);
    CHECK(reports(parsed.problems, "a.sfz", 2, "$A"));
}

TEST_CASE("a $ in the name of a sample may belong to it, and none of its own is a variable")
{
    const auto parsed = parse_text("<region> sample=kick$w $x.wav key=$A\n<control> default_path=$dir/\n"
                                   "label_cc1=100 $ each\n");

    CHECK(parsed.lines ==
          Lines{"<region> sample=kick$w $x.wav key=$A", "<control> default_path=$dir/ label_cc1=100 $ each"});
    REQUIRE(parsed.problems.size() == 1);
    CHECK(reports(parsed.problems, "a.sfz", 1, "the variable '$A' is not defined"));
    CHECK(parsed.problems[0].column == 31); // nothing was put into the line
}

TEST_CASE("what is no SFZ is reported with its line and the rest is read")
{
    const auto parsed =
        parse_text("hello world\n<region key=1\n<region> key=60 = 3\nkey=61\n#define X 1\n#include foo");

    CHECK(parsed.lines == Lines{"<region> key=60 = 3 key=61"});
    CHECK(reports(parsed.problems, "a.sfz", 1, "'hello world' is not understood"));
    CHECK(reports(parsed.problems, "a.sfz", 2, "is no header"));
    CHECK(reports(parsed.problems, "a.sfz", 5, "#define needs a name"));
    CHECK(reports(parsed.problems, "a.sfz", 6, "#include needs a file name"));
}

TEST_CASE("opcodes before the first header are reported")
{
    const auto parsed = parse_text("key=1\n<region> key=2");

    CHECK(parsed.lines == Lines{"<region> key=2"});
    CHECK(reports(parsed.problems, "a.sfz", 1, "before the first header"));
}

TEST_CASE("included files are read where they stand, in any case and with backslashes")
{
    const TemporaryDirectory directory;
    directory.write("Common/Keys.sfzh", "key=60\n#include \"common/inner.sfzh\"\n");
    directory.write("Common/inner.sfzh", "pan=7\n");
    const auto parsed = parse_file(
        directory.write("main.sfz", "<region> #include \"common\\KEYS.sfzh\" volume=1\n<region> key=2"));

    CHECK(parsed.lines == Lines{"<region> key=60 pan=7 volume=1", "<region> key=2"});
    CHECK(parsed.headers[0].opcodes[1].place.file->ends_with("inner.sfzh"));
    CHECK(parsed.headers[1].place.line == 2);
    CHECK(parsed.problems.empty());
}

TEST_CASE("an included file is also looked for beside the file that includes it")
{
    const TemporaryDirectory directory;
    directory.write("parts/a.sfzh", "#include \"b.sfzh\"");
    directory.write("parts/b.sfzh", "key=1");

    CHECK(parse_file(directory.write("main.sfz", "<region> #include \"parts/a.sfzh\"")).lines ==
          Lines{"<region> key=1"});
}

TEST_CASE("includes that are missing, recur or nest too deep are reported and the rest is read")
{
    const TemporaryDirectory directory;
    directory.write("loop.sfzh", "key=1\n#include \"other.sfzh\"");
    directory.write("other.sfzh", "#include \"loop.sfzh\"\npan=1");
    for (int depth = 0; depth < 40; ++depth)
        directory.write(std::to_string(depth) + ".sfzh",
                        "#include \"" + std::to_string(depth + 1) + ".sfzh\"");
    const auto parsed = parse_file(directory.write(
        "main.sfz",
        "<region>\n#include \"none.sfzh\"\n#include \"loop.sfzh\"\n#include \"0.sfzh\"\nvolume=1"));

    CHECK(parsed.lines == Lines{"<region> key=1 pan=1 volume=1"});
    CHECK(reports(parsed.problems, "main.sfz", 2, "'none.sfzh' is not there"));
    CHECK(reports(parsed.problems, "other.sfzh", 1, "includes itself"));
    CHECK(reports(parsed.problems, "31.sfzh", 1, "nested more than 32"));
}

TEST_CASE("a variable that doubles again and again is cut off")
{
    std::string bomb = "#define $A xxxxxxxxxx\n";
    for (int doubling = 0; doubling < 60; ++doubling)
        bomb += "#define $A $A$A\n";
    const auto variables = parse_text(bomb + "<region> key=$A\n");
    CHECK(reports(variables.problems, "a.sfz", 11, "is left out: a name has at most"));
    CHECK(variables.headers.at(0).opcodes.at(0).value.size() <= 4096);
}

TEST_CASE("a file that is wrong from end to end gives a limited number of messages, in UTF-8")
{
    std::string binary;
    for (int i = 0; i < 100'000; ++i)
        binary += static_cast<char>(i * 7919 >> 3);
    const auto parsed = parse_text(binary);

    CHECK(parsed.problems.size() <= 201);
    CHECK_THAT(parsed.problems.back().text, ContainsSubstring("more problems"));
    for (const Problem& problem : parsed.problems)
        for (const char c : problem.text)
            CHECK(static_cast<unsigned char>(c) >= 0x20);
}

TEST_CASE("an instrument that stands in one line is read as quickly as in many, and has the right columns")
{
    // Column by column counted anew, this takes minutes.
    constexpr std::size_t words = 400'000;
    std::string text = "<region> sample=\xc3\xa9.wav ";
    const std::string word = "key=60 ";
    for (std::size_t each = 0; each < words; ++each)
        text += word;
    text += "tune=1";
    const auto parsed = parse_text(text);
    REQUIRE(parsed.headers.size() == 1);
    const auto& opcodes = parsed.headers[0].opcodes;
    REQUIRE(opcodes.size() == words + 2);
    CHECK(opcodes[0].place.column == 10);
    CHECK(opcodes[1].place.column == 23); // one letter of two bytes before it
    CHECK(opcodes.back().place.column == 23 + words * word.size());
}

TEST_CASE("a sample's name of a million words is read in one go, and so is a line of a million slips")
{
    // Looked through anew at each word, the name takes minutes.
    constexpr std::size_t words = 1'000'000;
    std::string name = "a";
    for (std::size_t each = 0; each < words; ++each)
        name += " a";
    const auto parsed = parse_text("<region> sample=" + name + " a=1.wav key=60\n" + std::string(words, '<') +
                                   "<region> key=61\n");
    CHECK(parsed.headers.size() == 2);
    CHECK(parsed.headers[0].opcodes[0].value == name + " a=1.wav");
    CHECK(parsed.headers[0].opcodes[1].value == "60");
    REQUIRE(parsed.problems.size() == 1);
    CHECK(reports(parsed.problems, "a.sfz", 2, "is no header"));
}

TEST_CASE("a file that cannot be read is refused with the reason")
{
    const TemporaryDirectory directory;
    CHECK_THROWS_WITH(parse_file(directory / "none.sfz"),
                      ContainsSubstring("none.sfz: there is no such file"));
    CHECK_THROWS_WITH(parse_file(directory / ""), ContainsSubstring("this is a directory"));
    CHECK_THROWS_WITH(parse_file("/dev/zero"), ContainsSubstring("not a file"));
}

TEST_CASE("a long text is cut between two letters")
{
    CHECK(shown("Flügel", 6) == "Flüge…");
    CHECK(shown("Flügel", 3) == "Fl…");
    CHECK(shown("Flügel", 7) == "Flügel");
    CHECK(shown("\xfc\xbc\xbc\xbc\xbc\xbc\xbc", 6) == "\xfc\xbc\xbc…"); // no UTF-8
}

TEST_CASE("a file in UTF-16, as Windows writes it, is said to be that")
{
    const TemporaryDirectory directory;
    directory.write("big.sfzh", std::string("\xfe\xff\0k\0e\0y", 8));
    const auto little = directory.write("little.sfz", std::string("\xff\xfe<\0r\0", 6));
    CHECK_THROWS_WITH(parse_file(little), ContainsSubstring("little.sfz: is in UTF-16; save it as UTF-8"));
    const auto parsed = parse_file(directory.write("main.sfz", "<region>\n#include \"big.sfzh\"\nkey=1"));
    CHECK(parsed.lines == Lines{"<region> key=1"});
    CHECK(reports(parsed.problems, "main.sfz", 2, "big.sfzh: is in UTF-16; save it as UTF-8"));
}
