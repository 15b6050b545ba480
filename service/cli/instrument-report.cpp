// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/cli/instrument-report.hpp"

#include "nodes/sampler/instrument-memory.hpp"

#include "nodes/sampler/instrument.hpp"
#include "service/cli/file-kind.hpp"
#include "service/cli/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

namespace decant::cli
{

namespace
{

/// As SFZ and most keyboards name it, with c4 for key 60.
std::string key_name(int key)
{
    constexpr std::array<std::string_view, 12> names{"c",  "c#", "d",  "d#", "e",  "f",
                                                     "f#", "g",  "g#", "a",  "a#", "b"};
    return fmt::format("{}{}", names[static_cast<std::size_t>(key) % names.size()], key / 12 - 1);
}

std::size_t most_velocity_layers(const sampler::Instrument& instrument)
{
    using Range = std::pair<int, int>;
    std::set<std::pair<Range, Range>> areas; // few, of however many regions
    for (const auto& zone : instrument.zones())
        areas.insert({{zone.region.lovel, zone.region.hivel}, {zone.region.lokey, zone.region.hikey}});
    std::size_t most = 0;
    for (int key = 0; key < 128; ++key) {
        std::set<Range> layers;
        for (const auto& [velocities, keys] : areas)
            if (keys.first <= key && key <= keys.second)
                layers.insert(velocities);
        most = std::max(most, layers.size());
    }
    return most;
}

} // namespace

InstrumentReport report_on_instrument(const std::filesystem::path& file)
{
    require_no_special_file(file);
    const auto loaded = sampler::load_instrument(file);
    InstrumentReport report;
    report.file = std::filesystem::absolute(file);
    report.problems = loaded.problems;
    report.unsupported = loaded.unsupported;
    report.labels.assign(loaded.instrument->labels().begin(), loaded.instrument->labels().end());
    report.outputs = loaded.instrument->outputs();
    report.regions = loaded.instrument->zones().size();
    report.velocity_layers = most_velocity_layers(*loaded.instrument);
    report.lowest_key = 127;

    std::set<const sampler::Sample*> samples;
    for (const auto& zone : loaded.instrument->zones()) {
        report.lowest_key = std::clamp(zone.region.lokey, 0, report.lowest_key);
        report.highest_key = std::clamp(zone.region.hikey, report.highest_key, 127);
        if (zone.sample != nullptr)
            samples.insert(zone.sample);
    }
    report.samples = samples.size();
    report.memory_bytes = sampler::memory_of(*loaded.instrument);
    return report;
}

std::string to_text(const InstrumentReport& report)
{
    std::string text = fmt::format(
        "{:<15} {}\n{:<15} {}\n{:<15} {}\n{:<15} {} … {} ({} … {})\n{:<15} {}\n{:<15} {:.1f} MiB\n",
        "Instrument", printable(report.file.filename().string()), "Regions", report.regions, "Samples",
        report.samples, "Keys", report.lowest_key, report.highest_key, key_name(report.lowest_key),
        key_name(report.highest_key), "Velocity layers", report.velocity_layers, "Memory",
        static_cast<double>(report.memory_bytes) / (1024 * 1024));
    fmt::format_to(std::back_inserter(text), "{:<15} {}\n", "Problems", report.problems.size());
    for (const auto& problem : report.problems)
        fmt::format_to(std::back_inserter(text), "  {}\n", printable(to_string(problem)));
    fmt::format_to(std::back_inserter(text), "{:<15} {}\n", "Not supported", report.unsupported.size());
    for (const auto& unsupported : report.unsupported)
        fmt::format_to(std::back_inserter(text), "  {:>6} × {:<24} first at {}:{}{}\n", unsupported.count,
                       printable(unsupported.name), printable(unsupported.file), unsupported.line,
                       unsupported.nearest.empty() ? ""
                                                   : fmt::format("; did you mean {}?", unsupported.nearest));
    return text;
}

nlohmann::ordered_json to_json(const InstrumentReport& report)
{
    auto problems = nlohmann::ordered_json::array();
    for (const auto& problem : report.problems)
        problems.push_back({{"file", problem.file}, {"line", problem.line}, {"text", problem.text}});
    auto unsupported = nlohmann::ordered_json::array();
    for (const auto& use : report.unsupported)
        unsupported.push_back({{"opcode", use.name},
                               {"count", use.count},
                               {"file", use.file},
                               {"line", use.line},
                               {"nearest", use.nearest}});
    auto controls = nlohmann::ordered_json::array();
    for (const auto& label : report.labels)
        controls.push_back({{"control", label.control}, {"label", label.label}});
    return {{"file", report.file.string()},        {"kind", "instrument"},
            {"regions", report.regions},           {"samples", report.samples},
            {"memory_bytes", report.memory_bytes}, {"lowest_key", report.lowest_key},
            {"highest_key", report.highest_key},   {"velocity_layers", report.velocity_layers},
            {"problems", std::move(problems)},     {"unsupported", std::move(unsupported)},
            {"controls", std::move(controls)},     {"outputs", report.outputs}};
}

} // namespace decant::cli
