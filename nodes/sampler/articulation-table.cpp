// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/instrument-builder.hpp"
#include "nodes/sampler/sfz-names.hpp"

#include <algorithm>
#include <bit>
#include <fmt/format.h>
#include <span>

namespace decant::sampler
{
namespace
{

std::size_t hash_of(const std::vector<Parameter>& parameters)
{
    std::size_t hash = 0;
    const auto mix = [&](std::size_t value) {
        hash = (hash ^ value) * 0x9e3779b97f4a7c15;
        hash ^= hash >> 29;
    };
    for (const Parameter& parameter : parameters) {
        mix(static_cast<std::size_t>(parameter.key.of) << 16 | std::size_t{parameter.key.number} << 8 |
            parameter.key.field);
        mix(std::bit_cast<std::uint32_t>(parameter.base.value_or(-1e30f)));
        mix(std::bit_cast<std::uint32_t>(parameter.velocity));
        for (const ControlUse& use : parameter.controls) {
            mix(std::size_t{use.control} << 8 | use.curve);
            mix(std::bit_cast<std::uint32_t>(use.depth));
        }
    }
    return hash;
}

} // namespace

std::string to_string(const Unsupported& unsupported)
{
    const std::string places = unsupported.count == 1 ? ""
                               : unsupported.count == 2
                                   ? ", here and in 1 more place"
                                   : fmt::format(", here and in {} more places", unsupported.count - 1);
    return fmt::format(
        "{}:{}: {} is {} and is left out{}{}", unsupported.file, unsupported.line, shown(unsupported.name),
        unsupported.nearest.empty()         ? "not supported"
        : unsupported.name.starts_with('<') ? "no header"
                                            : "no opcode",
        places, unsupported.nearest.empty() ? "" : fmt::format("; did you mean {}?", unsupported.nearest));
}

std::optional<std::uint32_t> ArticulationTable::add(const ParameterList& parameters, const Place& place)
{
    if (parameters.all().empty())
        return none;
    if (const auto known = by_identity_.find(parameters.identity()); known != by_identity_.end())
        return known->second;
    const std::size_t hash = hash_of(parameters.all());
    const auto [first, last] = by_content_.equal_range(hash);
    const auto same = std::find_if(first, last, [&](const auto& entry) {
        return entries_[entry.second].parameters.all() == parameters.all();
    });
    if (same != last)
        return same->second;
    if (entries_.size() == most)
        return std::nullopt;
    const auto index = static_cast<std::uint32_t>(entries_.size());
    entries_.push_back(
        {.parameters = parameters, .first = place}); // keeps its identity from being used again
    by_identity_.emplace(parameters.identity(), index);
    by_content_.emplace(hash, index);
    return index;
}

std::vector<std::shared_ptr<const Articulation>>
ArticulationTable::build(SignalSet& signals, const CurveSet& curves, ProblemLog& problems) const
{
    std::vector<std::shared_ptr<const Articulation>> built;
    built.reserve(entries_.size());
    for (const Entry& entry : entries_) {
        ArticulationProblem found;
        built.push_back(build_articulation(entry.parameters.all(), signals, curves, found));
        for (const std::string& text : found)
            problems.add(entry.first, text);
    }
    return built;
}

void UnsupportedOpcodes::count(std::string name, const Place& place)
{
    // A hostile file has a million different ones, or one of a million letters.
    constexpr std::size_t most = 10'000;
    name = shown(name);
    if (uses_.size() >= most && !uses_.contains(name))
        name = "a further opcode";
    const auto [use, is_new] = uses_.try_emplace(std::move(name));
    if (is_new)
        use->second = {
            .name = use->first, .count = 0, .file = *place.file, .line = place.line, .nearest = {}};
    ++use->second.count;
}

std::vector<Unsupported> UnsupportedOpcodes::list() const
{
    // To compare a name with every opcode takes long enough that a file of nothing else would not load.
    constexpr std::size_t most_compared = 1000;
    std::vector<Unsupported> all;
    all.reserve(uses_.size());
    for (const auto& [name, use] : uses_)
        all.push_back(use);
    std::stable_sort(all.begin(), all.end(),
                     [](const Unsupported& a, const Unsupported& b) { return a.count > b.count; });
    for (auto& each : std::span(all).first(std::min(all.size(), most_compared)))
        each.nearest = nearest_opcode(each.name);
    return all;
}

} // namespace decant::sampler
