// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/unknown-names.hpp"

#include "nodes/nearest-word.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex.h>
#include <string_view>

namespace decant::service
{

namespace
{

/// A POSIX extended one, as PipeWire's own match rules have.
class Expression
{
    regex_t compiled_{};
    bool valid_;

public:
    explicit Expression(const std::string& text)
        : valid_(!text.empty() && regcomp(&compiled_, text.c_str(), REG_EXTENDED | REG_NOSUB) == 0)
    {
    }
    Expression(const Expression&) = delete;
    Expression& operator=(const Expression&) = delete;
    ~Expression()
    {
        if (valid_)
            regfree(&compiled_);
    }

    [[nodiscard]] bool valid() const noexcept { return valid_; }
    [[nodiscard]] bool found_in(const std::string& text) const
    {
        return regexec(&compiled_, text.c_str(), 0, nullptr, 0) == 0;
    }
};

/// What is wrong with `name`, or nothing. `remedy` is for a name that is near no other.
std::string complaint_about(const std::string& name, const std::vector<std::string>& rack,
                            const std::vector<std::string>& graph, std::string_view remedy)
{
    if (name.starts_with('~')) {
        const Expression expression(name.substr(1));
        if (!expression.valid())
            return fmt::format("'{}' is no regular expression; see regex(7)", name);
        const auto found = [&expression](const std::string& text) {
            return expression.found_in(text);
        };
        if (std::any_of(graph.begin(), graph.end(), found) || std::any_of(rack.begin(), rack.end(), found))
            return {};
        return fmt::format("nobody matches '{}' now; {}", name, remedy);
    }
    std::vector<std::string_view> known(rack.begin(), rack.end());
    known.insert(known.end(), graph.begin(), graph.end());
    if (std::find(known.begin(), known.end(), name) != known.end())
        return {};
    const auto near = suggestion(name, known);
    return fmt::format("nobody is called '{}' now{}", name,
                       near.empty() ? fmt::format("; {}", remedy) : near);
}

} // namespace

std::vector<std::string> complaints_about_names(const NodeConfig& node, const KnownNames& known)
{
    std::vector<std::string> complaints;
    const auto add = [&complaints](const char* key, const std::string& complaint) {
        if (!complaint.empty())
            complaints.push_back(fmt::format("{}: {}", key, complaint));
    };
    for (const auto& name : node.midi_from)
        add("midi.from",
            complaint_about(name, known.rack, known.midi_sources, "'pw-link -o' lists who plays"));
    for (const auto& name : node.input_from)
        if (name != "default")
            add("input.from",
                complaint_about(name, known.rack, known.sound_sources, "'pw-link -o' lists who plays"));
    for (const auto& name : node.output_to)
        if (name != "default")
            add("output.to",
                complaint_about(name, known.rack, known.targets, "'pw-link -i' lists who can be played to"));
    return complaints;
}

} // namespace decant::service
