// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// docs/sfz.md says what is supported: it is read here and tried.

#include "nodes/sampler/opcode-table.hpp"
#include "nodes/sampler/opcodes.hpp"
#include "nodes/sampler/sfz-names.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

using namespace decant::sampler;

namespace
{

std::string page()
{
    const char* const directory = std::getenv("DECANT_DOCS");
    if (directory == nullptr)
        SKIP("DECANT_DOCS is not set to the directory of sfz.md");
    std::ifstream file(std::string(directory) + "/sfz.md");
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

// The opcodes in the first column of the tables of a section, with numbers in the place of N, X and Y.
std::set<std::string> opcodes_of(const std::string& page, std::string_view section)
{
    std::set<std::string> names;
    const std::size_t start = page.find("\n## " + std::string(section) + "\n");
    REQUIRE(start != std::string::npos);
    std::string_view rest = std::string_view(page).substr(start + 3);
    rest = rest.substr(0, rest.find("\n## "));
    while (!rest.empty()) {
        const std::string_view line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (!line.starts_with("| `"))
            continue;
        std::string_view column = line.substr(2, line.find(" |") - 2);
        while (column.find('`') != std::string_view::npos) {
            column.remove_prefix(column.find('`') + 1);
            std::string name;
            for (const char c : column.substr(0, column.find('`')))
                name += c == 'N' || c == 'X' || c == 'Y' ? '1' : c;
            names.insert(name);
            column.remove_prefix(column.find('`') + 1);
        }
    }
    return names;
}

bool is_known(const std::string& name)
{
    Region region;
    return name == "sample" || name == "sustain_cc" || name == "sostenuto_cc" ||
           apply_opcode(region, name, "1").outcome != OpcodeResult::Outcome::unknown;
}

} // namespace

TEST_CASE("every opcode that the documentation lists is supported, and none of those that it excludes")
{
    const std::string text = page();
    const auto supported = opcodes_of(text, "Opcodes");
    CHECK(supported.size() > 200);
    for (const std::string& name : supported) {
        INFO(name);
        CHECK(is_known(name));
    }
    const auto excluded = opcodes_of(text, "Not supported");
    CHECK(excluded.size() > 30);
    for (const std::string& name : excluded) {
        INFO(name);
        CHECK_FALSE(is_known(name));
        CHECK_FALSE(is_remark(name));
        CHECK(nearest_opcode(name).empty());
    }
}

TEST_CASE("the documentation lists every opcode of the table")
{
    const auto listed = opcodes_of(page(), "Opcodes");
    for (const auto& entry : opcode_table()) {
        INFO(entry.first);
        CHECK((listed.contains(std::string(entry.first)) || entry.first.starts_with("eq")));
    }
}
