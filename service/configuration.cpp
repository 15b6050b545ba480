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
#include <optional>
#include <set>
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

/// What comes of it.
struct ReadNode {
    std::string name; ///< as it is written
    WrittenSettings written;
    std::optional<NodeConfig> config; ///< nothing if it cannot be
    std::vector<ConfigurationProblem> problems;
};

class Reader
{
    const fs::path& home_;
    const NameHolders& holders_;
    Configuration result_;
    NodeSettings defaults_;
    MatchRules rules_;
    std::vector<WrittenNode> nodes_;
    std::set<fs::path> broken_files_;

    void complain(Location where, std::string text, std::string node = {}, bool fatal = true)
    {
        result_.problems.push_back({std::move(where), std::move(text), std::move(node), fatal});
    }

    void give_up(const fs::path& file, TextPosition position, std::string text)
    {
        broken_files_.insert(file);
        complain({file, position},
                 fmt::format("{}; nothing of this file is used until it is corrected", std::move(text)));
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

    ReadNode read_node(const WrittenNode& written)
    {
        const auto& file = written.source->file;
        ReadNode node{{}, {{file, written.value.position}, defaults_}, {}, {}};
        auto& settings = node.written.settings;
        for (const auto& [key, position, value] : written.value.members) {
            if (const auto before = settings.find(key);
                before != settings.end() && before->second.origin == SettingOrigin::node)
                node.problems.push_back({{file, position},
                                         fmt::format("'{}' is given twice; the last one counts", key),
                                         node.name,
                                         false});
            settings[key] = {value, {file, position}};
            if (key == "name")
                node.name = value.text;
        }
        rules_.apply(settings, type_name_of(settings));
        node.config = make_node_config(settings, node.written.where, home_, node.problems);
        return node;
    }

    /// Which of several that have the same name is the one that plays already, or the first. Nothing if that
    /// stands in a file that cannot be read now.
    std::optional<std::size_t> owner_among(const std::vector<ReadNode>& same) const
    {
        const auto holder = holders_.find(same.front().name);
        if (holder == holders_.end())
            return 0;
        if (broken_files_.contains(holder->second.file))
            return std::nullopt;
        const auto likeness = [&held = holder->second](const ReadNode& node) {
            const bool same_file = node.written.where.file == held.file;
            return (same_file ? 2 : 0) + (node.config && node.config->path == held.path ? 1 : 0);
        };
        const auto owner =
            std::max_element(same.begin(), same.end(), [&likeness](const auto& left, const auto& right) {
                return likeness(left) < likeness(right);
            });
        return static_cast<std::size_t>(owner - same.begin());
    }

    void take(ReadNode node)
    {
        auto& problems = result_.problems;
        problems.insert(problems.end(), node.problems.begin(), node.problems.end());
        if (!node.name.empty())
            result_.written[node.name] = std::move(node.written);
        if (node.config)
            result_.nodes.push_back(std::move(*node.config));
    }

    /// A name is one node's, also if that cannot be made now.
    void take_one_of(std::vector<ReadNode> same)
    {
        const auto owner = owner_among(same);
        const auto place = owner ? fmt::format("{}:{}", same[*owner].written.where.file.string(),
                                               same[*owner].written.where.position.line)
                                 : holders_.at(same.front().name).file.string();
        for (std::size_t i = 0; i < same.size(); ++i)
            if (i != owner)
                complain(same[i].written.where,
                         fmt::format("there is another node named '{}', in {}, which keeps the name{}; give "
                                     "this one a name of its own, or take one of the two out",
                                     same[i].name, place,
                                     i < owner ? " until the service is started anew" : ""),
                         same[i].name);
        if (owner)
            take(std::move(same[*owner]));
    }

    void read_nodes()
    {
        std::vector<std::vector<ReadNode>> names;
        for (const auto& written : nodes_) {
            auto node = read_node(written);
            const auto same = std::find_if(names.begin(), names.end(), [&node](const auto& others) {
                return !node.name.empty() && others.front().name == node.name;
            });
            if (same == names.end())
                names.emplace_back().push_back(std::move(node));
            else
                same->push_back(std::move(node));
        }
        for (auto& same : names)
            take_one_of(std::move(same));
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
    Reader(const fs::path& home, const NameHolders& holders) : home_(home), holders_(holders) {}

    Configuration read(const std::vector<ConfigurationText>& files)
    {
        for (const auto& file : files) {
            if (const auto* encoding = foreign_encoding(file.text)) {
                give_up(file.file, {1, 1},
                        fmt::format("it is written in {}, which PipeWire cannot read: save it as UTF-8 "
                                    "without a byte order mark",
                                    encoding));
                continue;
            }
            try {
                const auto content = parse_json_object(file.text);
                for (const auto& section : content.members)
                    read_section(file, section);
            } catch (const JsonError& error) {
                give_up(file.file, error.position(), error.what());
            }
        }
        read_nodes();
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

Configuration parse_configuration(const std::vector<ConfigurationText>& files, const fs::path& home,
                                  const NameHolders& holders)
{
    return Reader(home, holders).read(files);
}

} // namespace decant::service
