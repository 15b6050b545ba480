// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// What people read of the keys of a node, in the manual and in the examples of decant.conf, against what is
// read of them.

#include "service/node-keys.hpp"
#include "tests/service/configuration-home.hpp"

#include <catch2/catch_test_macros.hpp>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace decant::service
{
namespace
{

std::string source(const std::string& file)
{
    std::ifstream stream(std::string(DECANT_SOURCE_DIR) + "/" + file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::set<std::string> known_keys()
{
    std::set<std::string> names;
    for (const auto name : node_key_names())
        names.emplace(name);
    return names;
}

/// Without the '#' of those that are examples: no blank follows it, but in the blocks of our sections.
std::string examples_in(const std::string& text)
{
    std::string examples;
    bool in_block = false;
    std::size_t start = 0;
    while (start < text.size()) {
        const auto end = text.find('\n', start);
        std::string line = text.substr(start, end - start);
        start = end + 1;
        in_block = in_block || line.starts_with("#decant.");
        if (!in_block)
            continue;
        in_block = line.starts_with('#');
        line = std::regex_replace(line.substr(in_block ? 1 : 0), std::regex("^( *)#(?! )"), "$1");
        examples += line + "\n";
    }
    return examples;
}

} // namespace

TEST_CASE("the manual has every key of a node, and no other")
{
    auto manual = source("docs/decant.conf.5.scd");
    manual = manual.substr(manual.find("# KEYS OF A NODE"));
    manual = manual.substr(0, manual.find("\n# EXAMPLE"));
    // Behind each stand an equals sign and what it takes, or a comma and another one.
    const std::regex entry(R"re((?:^|\n)(\*[^\n]* = [^\n]*))re");
    const std::regex key(R"re(\*([a-z.-]+)\*(?= =|, ))re");
    std::set<std::string> documented;
    for (std::sregex_iterator line(manual.begin(), manual.end(), entry), end; line != end; ++line) {
        const std::string heading = (*line)[1];
        for (std::sregex_iterator name(heading.begin(), heading.end(), key); name != end; ++name)
            documented.insert((*name)[1]);
    }
    CHECK(documented == known_keys());
}

TEST_CASE("decant.conf has an example of every key of a node, and all can be read")
{
    const ConfigurationHome home;
    for (const char* file :
         {".wine/drive_c/Program Files/VstPlugins/Bass.dll", "conf/Strings.dll", "conf/Reverb.dll",
          "Samples/Piano/Piano.sfz", "Scales/werckmeister3.scl", "Scales/a440.kbm"})
        home.write(file);
    const auto examples = examples_in(source("config/decant.conf"));
    INFO(examples);

    const auto result = home.parse(examples);

    for (const auto& problem : result.problems)
        UNSCOPED_INFO(to_text(problem));
    CHECK(result.problems.empty());
    CHECK(result.nodes.size() == 3);
    CHECK(result.sampler_memory == 2048);
    std::set<std::string> keys;
    for (const auto& [name, written] : result.written)
        for (const auto& [key, setting] : written.settings)
            keys.insert(key);
    keys.erase("wine.WINEDEBUG");
    keys.erase("node.latency");
    CHECK(keys == known_keys());
}

} // namespace decant::service
