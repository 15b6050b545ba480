// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "nodes/sampler/file-finder.hpp"
#include "nodes/sampler/instrument.hpp"
#include "nodes/sampler/opcodes.hpp"
#include "nodes/sampler/sfz-parser.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace decant::sampler
{
namespace
{

namespace fs = std::filesystem;

constexpr std::uint8_t last_control = 119; // what is above are mode messages, such as all-notes-off
constexpr std::size_t most_regions = 1'000'000;

float linear(float decibels)
{
    return std::pow(10.0f, decibels / 20.0f);
}

// A region while its opcodes come together. <global>, <master> and <group> are the same: what regions begin
// with.
struct Draft {
    Region region;
    std::string sample;
};

// Turns the headers of an SFZ file into zones.
class Builder
{
    fs::path directory_;
    SamplePool& pool_;
    ProblemLog& problems_;
    FileFinder files_;

    Draft global_;
    Draft master_;
    Draft group_;
    std::string default_path_;

    // The sample of each name as written; null if it cannot be played, which is reported once.
    std::unordered_map<std::string, const Sample*> by_name_;
    std::map<std::tuple<const Sample*, FrameRange>, const Loop*> known_loops_;
    std::vector<Zone> zones_;
    std::vector<std::shared_ptr<const Sample>> samples_;
    std::deque<Loop> loops_;
    std::vector<ControlDefault> controls_;
    std::size_t regions_ = 0;

    struct Unsupported {
        Place first;
        std::size_t count;
    };
    std::map<std::string, Unsupported> unsupported_; // opcode or <header> -> uses

public:
    Builder(fs::path directory, SamplePool& pool, ProblemLog& problems)
        : directory_(std::move(directory)), pool_(pool), problems_(problems)
    {
    }

    void visit(const SfzHeader& header)
    {
        if (header.name == "region") {
            add_region(header);
        } else if (header.name == "group") {
            group_ = master_;
            apply(header, group_);
        } else if (header.name == "master") {
            master_ = global_;
            apply(header, master_);
            group_ = master_;
        } else if (header.name == "global") {
            global_ = {};
            apply(header, global_);
            group_ = master_ = global_;
        } else if (header.name == "control") {
            apply_control(header);
        } else {
            count_unsupported('<' + header.name + '>', header.place);
        }
    }

    /// A region that no SFZ file describes. Throws std::runtime_error.
    void add(const SampleRegion& added)
    try {
        const Place place{.file = std::make_shared<const std::string>(added.file.string()), .line = 0};
        LoadedSample loaded = pool_.get(added.file);
        for (const std::string& text : loaded.problems)
            problems_.add(place, text);
        samples_.push_back(std::move(loaded.sample));
        if (auto zone = make_zone(added.region, *samples_.back(), place))
            zones_.push_back(std::move(*zone));
    } catch (const std::runtime_error& error) {
        throw std::runtime_error(fmt::format("{}: {}", added.file.string(), error.what()));
    }

    /// Throws std::runtime_error if there is nothing to play.
    std::shared_ptr<const Instrument> finish(const fs::path& file)
    {
        for (const auto& [name, use] : unsupported_)
            problems_.add(use.first,
                          use.count == 1
                              ? fmt::format("{} is not supported and is left out", name)
                              : fmt::format("{} is not supported and is left out, here and in {} more places",
                                            name, use.count - 1));
        if (zones_.empty()) {
            const auto found = problems_.take();
            throw std::runtime_error(
                fmt::format("{}: no region of it can be played{}{}", file.string(),
                            found.empty() ? "; an SFZ file has at least \"<region> sample=NAME.wav\""
                                          : "; the first problem is ",
                            found.empty() ? "" : to_string(found.front())));
        }
        return std::make_shared<const Instrument>(std::move(zones_), std::move(samples_), std::move(loops_),
                                                  std::move(controls_));
    }

    [[nodiscard]] std::map<std::string, std::size_t> unsupported() const
    {
        std::map<std::string, std::size_t> uses;
        for (const auto& [name, use] : unsupported_)
            uses.emplace(name, use.count);
        return uses;
    }

private:
    void count_unsupported(std::string name, const Place& place)
    {
        // A hostile file has a million different ones.
        if (unsupported_.size() >= 10'000 && !unsupported_.contains(name))
            name = "a further opcode";
        ++unsupported_.try_emplace(std::move(name), Unsupported{.first = place, .count = 0})
              .first->second.count;
    }

    void apply(const SfzHeader& header, Draft& draft)
    {
        for (const SfzOpcode& opcode : header.opcodes) {
            if (opcode.name == "sample") {
                draft.sample = opcode.value;
                continue;
            }
            const auto result = apply_opcode(draft.region, opcode.name, opcode.value);
            if (result.outcome == OpcodeResult::Outcome::unknown)
                count_unsupported(opcode.name, opcode.place);
            else if (result.outcome != OpcodeResult::Outcome::applied)
                problems_.add(opcode.place, fmt::format("{}: {}", opcode.name, result.message));
        }
    }

    void apply_control(const SfzHeader& header)
    {
        for (const SfzOpcode& opcode : header.opcodes) {
            if (opcode.name == "default_path" || opcode.name == "prefix_sfz_path")
                default_path_ = opcode.value;
            else if (!opcode.name.starts_with("set_cc"))
                count_unsupported(opcode.name, opcode.place);
            else if (!set_control(std::string_view(opcode.name).substr(6), opcode.value))
                problems_.add(
                    opcode.place,
                    fmt::format("{}: the controller is a number from 0 to {} and its value one from "
                                "0 to 127; it is left out",
                                opcode.name, last_control));
        }
    }

    bool set_control(std::string_view control, std::string_view value)
    {
        const auto number = [](std::string_view text) -> std::optional<std::uint8_t> {
            std::uint8_t read = 0;
            const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), read);
            if (error != std::errc() || end != text.data() + text.size() || read > 127)
                return std::nullopt;
            return read;
        };
        const auto which = number(control);
        const auto what = number(value);
        if (!which || *which > last_control || !what)
            return false;
        std::erase_if(controls_, [&](const ControlDefault& known) { return known.control == *which; });
        controls_.push_back({.control = *which, .value = *what});
        return true;
    }

    void add_region(const SfzHeader& header)
    {
        if (++regions_ > most_regions) {
            if (regions_ == most_regions + 1)
                problems_.add(header.place,
                              fmt::format("this is region {}; it and all behind it are left out", regions_));
            return;
        }
        Draft draft = group_;
        apply(header, draft);
        if (draft.region.end == -1) // how SFZ says that a region is switched off
            return;
        if (draft.sample.empty()) {
            problems_.add(header.place, "this region has no sample and is left out; add sample=NAME.wav");
            return;
        }
        const Sample* sample = find_sample(draft.sample, header);
        if (sample == nullptr)
            return;
        if (auto zone = make_zone(std::move(draft.region), *sample, header.place))
            zones_.push_back(std::move(*zone));
    }

    const Sample* find_sample(const std::string& name, const SfzHeader& header)
    {
        // Plain concatenation: some libraries end default_path within a file name.
        const std::string whole = name.starts_with('*') ? name : default_path_ + name;
        const auto [known, is_new] = by_name_.try_emplace(whole, nullptr);
        if (!is_new)
            return known->second;
        Place place = header.place;
        for (const SfzOpcode& opcode : header.opcodes)
            if (opcode.name == "sample")
                place = opcode.place;
        try {
            if (name.starts_with('*'))
                throw std::runtime_error("built-in generators are not supported; use a sound file");
            const auto file = files_.find(directory_, whole);
            if (!file)
                throw std::runtime_error(
                    fmt::format("there is no such file below {}; check its name and default_path",
                                directory_.empty() ? "." : directory_.string()));
            LoadedSample loaded = pool_.get(*file);
            for (const std::string& text : loaded.problems)
                problems_.add(place, fmt::format("sample {}: {}", whole, text));
            known->second = loaded.sample.get();
            samples_.push_back(std::move(loaded.sample));
        } catch (const std::bad_alloc&) {
            problems_.add(
                place,
                fmt::format("sample {}: there is not enough memory for it; its regions are silent", whole));
        } catch (const std::runtime_error& error) {
            problems_.add(place, fmt::format("sample {}: {}; its regions are silent", whole, error.what()));
        }
        return known->second;
    }

    std::optional<Zone> make_zone(Region region, const Sample& sample, const Place& place)
    {
        const std::int64_t end = region.end ? std::min(*region.end + 1, sample.frames) : sample.frames;
        if (region.offset >= end) {
            problems_.add(place,
                          fmt::format("offset={} is behind the sample's end at {}; the region is left out",
                                      region.offset, end));
            return std::nullopt;
        }
        if (region.end && *region.end >= sample.frames)
            problems_.add(place, fmt::format("end={} is behind the sample's {} frames; it plays to its end",
                                             *region.end, sample.frames));
        Zone zone{.region = std::move(region),
                  .sample = &sample,
                  .loop = nullptr,
                  .loop_mode = LoopMode::no_loop,
                  .frames = {.start = 0, .end = end},
                  .gain = 1,
                  .keycenter_cents = 0};
        const Region& r = zone.region;
        zone.frames.start = r.offset;
        zone.gain = linear(r.volume + r.group_volume + r.master_volume + r.global_volume) * r.amplitude / 100;
        zone.keycenter_cents = 100.0 * r.pitch_keycenter;
        if (r.filter.cutoff)
            zone.cutoff_cents = 1200 * std::log2(std::max(*r.filter.cutoff, 1.0f));
        if (r.keycenter_from_sample)
            zone.keycenter_cents = 100.0 * sample.root_key.value_or(60) + sample.detune;
        zone.loop_mode = r.loop_mode.value_or(sample.loop ? LoopMode::loop_continuous : LoopMode::no_loop);
        if (zone.loop_mode == LoopMode::loop_continuous || zone.loop_mode == LoopMode::loop_sustain)
            zone.loop = find_loop(zone, place);
        hold_beginnings(zone);
        return zone;
    }

    // Where voices begin behind the head, and where they go on when a loop lets them go, memory is not left
    // to chance.
    void hold_beginnings(const Zone& zone)
    {
        const Sample& sample = *zone.sample;
        const auto hold = [&](std::int64_t frame) {
            if (frame < sample.resident() || frame >= sample.frames)
                return;
            if (auto held = SampleStream::hold(sample.stream, frame))
                samples_.emplace_back(std::move(held), &sample);
        };
        constexpr std::int64_t enough = 8192; // frames, until the next block is there
        if (zone.frames.start > 0 && zone.frames.start + enough > sample.resident()) {
            hold(zone.frames.start);
            hold(std::min(zone.frames.start + enough, zone.frames.end - 1));
        }
        if (zone.loop != nullptr && zone.loop_mode == LoopMode::loop_sustain) {
            hold(zone.loop->range.start);
            hold(zone.loop->range.end - 1);
        }
    }

    const Loop* find_loop(const Zone& zone, const Place& place)
    {
        const Region& region = zone.region;
        const Sample& sample = *zone.sample;
        FrameRange range = sample.loop.value_or(FrameRange{.start = 0, .end = sample.frames});
        if (region.loop_start)
            range.start = *region.loop_start;
        if (region.loop_end)
            range.end = *region.loop_end + 1;
        if (range.end > sample.frames) {
            problems_.add(place,
                          fmt::format("loop_end={} is behind the sample's {} frames; it loops at the end",
                                      range.end - 1, sample.frames));
            range.end = sample.frames;
        }
        if (range.start >= range.end) {
            problems_.add(place,
                          fmt::format("the loop from {} to {} is empty; the region plays without a loop",
                                      range.start, range.end - 1));
            return nullptr;
        }
        const auto [known, is_new] = known_loops_.try_emplace(std::tuple(&sample, range), nullptr);
        if (is_new)
            known->second = &loops_.emplace_back(sample, range);
        return known->second;
    }
};

LoadedInstrument load_sfz(const fs::path& file, SamplePool& pool)
{
    ProblemLog problems;
    Builder builder(file.parent_path(), pool, problems);
    parse_sfz(file, [&](const SfzHeader& header) { builder.visit(header); }, problems);
    auto instrument = builder.finish(file);
    return {.instrument = std::move(instrument),
            .problems = problems.take(),
            .unsupported = builder.unsupported()};
}

} // namespace

LoadedInstrument load_instrument(const fs::path& file, SamplePool& pool)
{
    std::string extension = file.extension().string();
    for (char& c : extension)
        c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (extension == ".sfz")
        return load_sfz(file, pool);
    Region whole;
    whole.keycenter_from_sample = true;
    return load_regions(std::array{SampleRegion{.file = file, .region = whole}}, pool);
}

LoadedInstrument load_regions(std::span<const SampleRegion> regions, SamplePool& pool)
{
    ProblemLog problems;
    Builder builder({}, pool, problems);
    for (const SampleRegion& region : regions)
        builder.add(region);
    auto instrument = builder.finish(regions.empty() ? fs::path() : regions.front().file);
    return {.instrument = std::move(instrument), .problems = problems.take(), .unsupported = {}};
}

LoadedInstrument load_instrument(const fs::path& file)
{
    return load_instrument(file, SamplePool::shared());
}

} // namespace decant::sampler
