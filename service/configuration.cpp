// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/configuration.hpp"

#include "nodes/nearest-word.hpp"
#include "service/match-rules.hpp"
#include "service/node-settings.hpp"
#include "service/output-loops.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <string_view>

namespace decant::service
{

namespace
{

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> section_names{"decant.properties", "decant.nodes", "decant.rules"};

/// Whether it begins with our name, or with a slip in it, which would silently cost the whole rack.
bool is_meant_for_us(std::string_view section)
{
    constexpr std::array<std::string_view, 1> names{"decant"};
    return !nearest_word(section.substr(0, section.find('.')), names).empty();
}

/// What Windows' editors make of a text; null if it is none of that.
const char* foreign_encoding(std::string_view text) noexcept
{
    if (text.starts_with("\xef\xbb\xbf"))
        return "UTF-8 with a byte order mark";
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
        return "UTF-16";
    return nullptr;
}

/// An object of decant.nodes.
struct WrittenNode {
    const ConfigurationText* source;
    JsonValue value;
};

class Reader
{
    const fs::path& home_;
    Configuration result_;
    NodeSettings defaults_;
    MatchRules rules_;
    std::vector<WrittenNode> nodes_;

    void complain(Location where, std::string text, std::string node = {}, bool fatal = true)
    {
        result_.problems.push_back({std::move(where), std::move(text), std::move(node), fatal});
    }

    void read_sampler_memory(const JsonValue& value, const Location& where)
    {
        constexpr double least = 16;
        constexpr double most = 1024 * 1024;
        double megabytes = 0;
        const char* const end = value.text.data() + value.text.size();
        const auto [rest, error] = std::from_chars(value.text.data(), end, megabytes);
        if (!value.is_text() || error != std::errc() || rest != end ||
            !(megabytes >= least && megabytes <= most))
            return complain(where, fmt::format("sampler.memory must be a number of MiB from {} to {}, as in "
                                               "sampler.memory = 2048",
                                               least, most));
        result_.sampler_memory = megabytes;
    }

    void read_dma_latency(const JsonValue& value, const Location& where)
    {
        constexpr std::uint32_t most = 100'000;
        std::uint32_t usec = 0;
        const char* const end = value.text.data() + value.text.size();
        const auto [rest, error] = std::from_chars(value.text.data(), end, usec);
        if (value.is_text() && value.text == "off")
            result_.dma_latency.reset();
        else if (value.is_text() && error == std::errc() && rest == end && usec <= most)
            result_.dma_latency = usec;
        else
            complain(where,
                     fmt::format("cpu.dma-latency must be off or a number of microseconds from 0 to {}, "
                                 "as in cpu.dma-latency = 0",
                                 most));
    }

    void read_section(const ConfigurationText& source, const JsonMember& section)
    {
        const auto& value = section.value;
        const Location where{source.file, value.position};
        if (section.key == "decant.properties") {
            if (value.kind != JsonValue::Kind::object)
                return complain(where, "decant.properties must be an object: decant.properties = { … }");
            for (const auto& [key, position, setting] : value.members) {
                if (key == "sampler.memory")
                    read_sampler_memory(setting, {source.file, position});
                else if (key == "cpu.dma-latency")
                    read_dma_latency(setting, {source.file, position});
                else
                    defaults_[key] = {setting, {source.file, position}, SettingOrigin::properties};
            }
        } else if (section.key == "decant.nodes") {
            if (value.kind != JsonValue::Kind::array)
                return complain(where,
                                "decant.nodes must be an array of objects: decant.nodes = [ { … } { … } ]");
            for (const auto& item : value.items) {
                if (item.kind == JsonValue::Kind::object)
                    nodes_.push_back({&source, item});
                else
                    complain({source.file, item.position}, "a node must be an object: { name = … path = … }");
            }
        } else if (section.key == "decant.rules") {
            if (value.kind != JsonValue::Kind::array)
                return complain(
                    where, "decant.rules must be an array: decant.rules = [ { matches = [ { … } ] actions "
                           "= { update-props = { … } } } ]");
            for (auto& [place, text] : rules_.add(source, value))
                complain(std::move(place), std::move(text), {}, false);
        } else if (is_meant_for_us(section.key)) {
            complain({source.file, section.position},
                     fmt::format("there is no section '{}'{}", section.key,
                                 suggestion(section.key, section_names)),
                     {}, false);
        }
    }

    void read_node(const WrittenNode& written)
    {
        const auto& file = written.source->file;
        const Location where{file, written.value.position};
        NodeSettings settings = defaults_;
        std::string name;
        for (const auto& [key, position, value] : written.value.members) {
            if (const auto before = settings.find(key);
                before != settings.end() && before->second.origin == SettingOrigin::node)
                complain({file, position}, fmt::format("'{}' is given twice; the last one counts", key), name,
                         false);
            settings[key] = {value, {file, position}};
            if (key == "name")
                name = value.text;
        }
        rules_.apply(settings, type_name_of(settings));
        if (auto node = make_node_config(settings, where, home_, result_.problems)) {
            const auto same = std::find_if(result_.nodes.begin(), result_.nodes.end(),
                                           [&node](const auto& other) { return other.name == node->name; });
            if (same != result_.nodes.end())
                // Not held against the one that has the name already.
                return complain(
                    where, fmt::format("there is another node named '{}'; give this one a name of its own",
                                       node->name));
            result_.written[node->name] = {where, std::move(settings)};
            result_.nodes.push_back(std::move(*node));
        } else if (!name.empty()) {
            result_.written.try_emplace(name, WrittenSettings{where, std::move(settings)});
        }
    }

    /// A slip in decant.properties or in a rule comes with every node, and is about none of them.
    void say_defaults_once()
    {
        auto& problems = result_.problems;
        for (std::size_t i = 0; i < problems.size(); ++i) {
            const auto repeats = [&first = problems[i]](const ConfigurationProblem& other) {
                return !other.fatal && other.where == first.where && other.text == first.text;
            };
            const auto again = std::remove_if(problems.begin() + static_cast<std::ptrdiff_t>(i) + 1,
                                              problems.end(), repeats);
            if (!problems[i].fatal && again != problems.end())
                problems[i].node.clear();
            if (!problems[i].fatal)
                problems.erase(again, problems.end());
        }
    }

    void complain_about_loops()
    {
        for (const auto& loop : output_loops(result_.nodes)) {
            const auto& written = result_.written.at(loop.back());
            complain(
                written.settings.at("output.to").where,
                fmt::format("output.to closes a circle, {} -> {}, in which sound would build up; one link "
                            "of it is not made. Leave one out",
                            fmt::join(loop, " -> "), loop.front()),
                loop.back(), false);
        }
    }

public:
    explicit Reader(const fs::path& home) : home_(home) {}

    Configuration read(const std::vector<ConfigurationText>& files)
    {
        for (const auto& file : files) {
            if (const auto* encoding = foreign_encoding(file.text)) {
                complain(
                    {file.file, {1, 1}},
                    fmt::format("it is written in {}, which PipeWire cannot read: save it as UTF-8 without "
                                "a byte order mark; nothing of this file is used until it is corrected",
                                encoding));
                continue;
            }
            try {
                const auto content = parse_json_object(file.text);
                for (const auto& section : content.members)
                    read_section(file, section);
            } catch (const JsonError& error) {
                complain({file.file, error.position()},
                         fmt::format("{}; nothing of this file is used until it is corrected", error.what()));
            }
        }
        for (const auto& node : nodes_)
            read_node(node);
        say_defaults_once();
        complain_about_loops();
        return std::move(result_);
    }
};

} // namespace

std::string to_text(const ConfigurationProblem& problem)
{
    std::string text = fmt::format("{}:{}:{}: ", problem.where.file.string(), problem.where.position.line,
                                   problem.where.position.column);
    if (!problem.node.empty())
        text += fmt::format("node '{}': ", problem.node);
    return text + problem.text;
}

Configuration parse_configuration(const std::vector<ConfigurationText>& files, const fs::path& home)
{
    return Reader(home).read(files);
}

} // namespace decant::service
