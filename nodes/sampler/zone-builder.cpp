// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

// How an InstrumentBuilder makes a zone of a region.

#include "nodes/sampler/instrument-builder.hpp"
#include "nodes/sampler/sfz-words.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <new>
#include <stdexcept>
#include <utility>

namespace decant::sampler
{
namespace
{

constexpr std::size_t most_crossfade_bytes = 256 << 20;

// Where frames of the file are in a sample that is read backward.
FrameRange backward(FrameRange range, const Sample& sample)
{
    return {.start = sample.frames - range.end, .end = sample.frames - range.start};
}

float linear(float decibels)
{
    return std::pow(10.0f, decibels / 20.0f);
}

float cents_above_1_hz(float frequency)
{
    return 1200 * std::log2(std::max(frequency, 1.0f));
}

std::string reason_for_missing(const std::filesystem::path& directory, const std::string& name)
{
    if (std::string why = why_no_file(directory, name); !why.empty())
        return why;
    return fmt::format("there is no such file below {}{}; check its name and default_path",
                       directory.empty() ? "." : directory.string(), undefined_variable(name));
}

} // namespace

const Sample* InstrumentBuilder::find_sample(const std::string& name, Direction direction,
                                             const SfzHeader& header)
{
    // Plain concatenation: some libraries end default_path within a file name.
    const std::string whole = name.starts_with('*') ? name : default_path_ + name;
    const auto [known, is_new] = by_name_[static_cast<std::size_t>(direction)].try_emplace(whole, nullptr);
    if (!is_new)
        return known->second;
    const std::string name_shown = shown(whole, longest_file_name);
    Place place = header.place;
    for (const SfzOpcode& opcode : header.opcodes)
        if (opcode.name == "sample")
            place = opcode.place;
    try {
        if (name.starts_with('*'))
            throw std::runtime_error("built-in generators are not supported; use a sound file");
        const auto file = files_.find(directory_, whole);
        if (!file)
            throw std::runtime_error(reason_for_missing(directory_, whole));
        // libsndfile says no more than that the system has failed.
        if (!std::ifstream(*file, std::ios::binary))
            throw std::runtime_error(fmt::format("cannot be opened ({}); check its permissions, and whether "
                                                 "another program keeps it",
                                                 std::strerror(errno)));
        LoadedSample loaded = pool_.get(*file, direction);
        for (const std::string& text : loaded.problems)
            problems_.add(place, fmt::format("sample {}: {}", name_shown, text));
        known->second = loaded.sample.get();
        parts_.samples.push_back(std::move(loaded.sample));
    } catch (const std::bad_alloc&) {
        problems_.add(
            place,
            fmt::format("sample {}: there is not enough memory for it; its regions are silent", name_shown));
    } catch (const std::runtime_error& error) {
        problems_.add(place, fmt::format("sample {}: {}; its regions are silent", name_shown, error.what()));
    }
    return known->second;
}

std::optional<Zone> InstrumentBuilder::make_zone(Region region, const Sample& sample, const Place& place)
{
    const std::int64_t end = region.end ? std::min(*region.end + 1, sample.frames) : sample.frames;
    if (region.offset >= end) {
        problems_.add(place, fmt::format("offset={} is behind the sample's end at {}; the region is left out",
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
    for (FilterSettings* const filter : {&zone.region.filter, &zone.region.filter2})
        if (filter->type == FilterType::pink && !filter->cutoff)
            filter->cutoff = 0; // it has none
    const Region& r = zone.region;
    zone.frames.start = r.offset;
    if (r.reverse)
        zone.frames = backward(zone.frames, sample);
    zone.gain = linear(r.volume + r.group_volume + r.master_volume + r.global_volume) * r.amplitude / 100 *
                r.group_amplitude / 100 * r.master_amplitude / 100 * r.global_amplitude / 100 *
                (r.inverted ? -1.0f : 1.0f);
    zone.keycenter_cents = 100.0 * r.pitch_keycenter;
    if (r.filter.cutoff)
        zone.cutoff_cents[0] = cents_above_1_hz(*r.filter.cutoff);
    if (r.filter2.cutoff)
        zone.cutoff_cents[1] = cents_above_1_hz(*r.filter2.cutoff);
    if (r.keycenter_from_sample)
        zone.keycenter_cents = 100.0 * sample.root_key.value_or(60) + sample.detune;
    if (!r.amp_velcurve.empty())
        zone.velocity_curve = find_velocity_curve(r.amp_velcurve);
    zone.keyswitch = find_keyswitch(r.keyswitch);
    set_loop(zone, place);
    hold_beginnings(zone);
    return zone;
}

Zone InstrumentBuilder::silent_zone(Region region)
{
    Zone zone{.region = std::move(region),
              .sample = nullptr,
              .loop = nullptr,
              .loop_mode = LoopMode::no_loop,
              .frames = {.start = 0, .end = 0},
              .gain = 0,
              .keycenter_cents = 0};
    zone.keyswitch = find_keyswitch(zone.region.keyswitch);
    return zone;
}

// Where voices begin behind the head, and where they go on when a loop lets them go, memory is not left to
// chance.
void InstrumentBuilder::hold_beginnings(const Zone& zone)
{
    const Sample& sample = *zone.sample;
    const auto hold = [&](std::int64_t frame) {
        if (frame < sample.resident() || frame >= sample.frames)
            return;
        if (auto held = SampleStream::hold(sample.stream, frame))
            parts_.samples.emplace_back(std::move(held), &sample);
    };
    constexpr std::int64_t enough = 8192; // frames, until the next block is there
    if (zone.frames.start > 0 && zone.frames.start + enough > sample.resident()) {
        hold(zone.frames.start);
        hold(std::min(zone.frames.start + enough, zone.frames.end - 1));
    }
    const bool is_left = zone.loop_mode == LoopMode::loop_sustain || zone.repeats != Zone::endless;
    if (zone.loop != nullptr && is_left) {
        hold(zone.loop->range.start);
        hold(zone.loop->range.end - 1);
        hold(zone.loop->range.end);
    }
}

void InstrumentBuilder::set_loop(Zone& zone, const Place& place)
{
    const Region& region = zone.region;
    if (region.count.value_or(0) > 0) { // which says one_shot, too
        zone.loop_mode = LoopMode::one_shot;
        zone.repeats = *region.count - 1;
        if (zone.repeats > 0)
            zone.loop = find_loop(*zone.sample, zone.frames, 0);
        return;
    }
    zone.loop_mode =
        region.loop_mode.value_or(zone.sample->loop ? LoopMode::loop_continuous : LoopMode::no_loop);
    if (zone.loop_mode != LoopMode::loop_continuous && zone.loop_mode != LoopMode::loop_sustain)
        return;
    zone.repeats = region.loop_count.value_or(Zone::endless);
    const auto range = loop_range(zone, place);
    if (range && zone.repeats != 0)
        zone.loop = find_loop(*zone.sample, *range, crossfade_of(zone, *range, place));
}

// Nothing if there is no loop.
std::optional<FrameRange> InstrumentBuilder::loop_range(const Zone& zone, const Place& place)
{
    const Region& region = zone.region;
    const Sample& sample = *zone.sample;
    FrameRange range = sample.loop.value_or(FrameRange{.start = 0, .end = sample.frames});
    if (region.loop_start)
        range.start = *region.loop_start;
    if (region.loop_end)
        range.end = *region.loop_end + 1;
    if (range.end > sample.frames) {
        problems_.add(place, fmt::format("loop_end={} is behind the sample's {} frames; it loops at the end",
                                         range.end - 1, sample.frames));
        range.end = sample.frames;
    }
    if (range.start >= range.end) {
        problems_.add(place, fmt::format("the loop from {} to {} is empty; the region plays without a loop",
                                         range.start, range.end - 1));
        return std::nullopt;
    }
    return region.reverse ? backward(range, sample) : range;
}

// In frames, as far as there are some.
std::int64_t InstrumentBuilder::crossfade_of(const Zone& zone, FrameRange range, const Place& place)
{
    const Sample& sample = *zone.sample;
    const auto wanted =
        static_cast<std::int64_t>(std::lround(zone.region.loop_crossfade * static_cast<float>(sample.rate)));
    std::int64_t frames = std::min(wanted, Loop::longest_crossfade(range));
    if (frames < wanted)
        problems_.add(place,
                      fmt::format("loop_crossfade={} is longer than the sample allows before its loop, "
                                  "or the loop; {:.3f} s of it are used",
                                  zone.region.loop_crossfade, static_cast<double>(frames) / sample.rate));
    const auto bytes = static_cast<std::size_t>(frames) * sample.frame_bytes();
    if (frames > 0 && !known_loops_.contains({&sample, range, frames})) {
        if (crossfade_bytes_ + bytes > most_crossfade_bytes) {
            problems_.add(place, fmt::format("the loop crossfades of this instrument take more than {} MiB; "
                                             "this loop has none; shorten loop_crossfade",
                                             most_crossfade_bytes >> 20));
            frames = 0;
        } else {
            crossfade_bytes_ += bytes;
        }
    }
    return frames;
}

const Loop* InstrumentBuilder::find_loop(const Sample& sample, FrameRange range, std::int64_t crossfade)
{
    const auto [known, is_new] = known_loops_.try_emplace(std::tuple(&sample, range, crossfade), nullptr);
    if (is_new)
        known->second = &parts_.loops.emplace_back(sample, range, crossfade);
    return known->second;
}

const Curve* InstrumentBuilder::find_velocity_curve(const std::vector<VelocityPoint>& points)
{
    const auto [known, is_new] = velocity_curves_.try_emplace(points, nullptr);
    if (is_new)
        known->second = &parts_.curves.emplace_back(curve_through(points));
    return known->second;
}

std::uint32_t InstrumentBuilder::find_keyswitch(const KeyswitchConditions& conditions)
{
    if (!conditions.last_low && !conditions.last_high)
        return Zone::no_keyswitch;
    auto& ranges = parts_.keyswitches;
    auto known = std::find_if(ranges.begin(), ranges.end(), [&](const KeyswitchRange& range) {
        return range.lokey == conditions.lokey && range.hikey == conditions.hikey;
    });
    if (known == ranges.end()) {
        ranges.push_back({.lokey = conditions.lokey, .hikey = conditions.hikey});
        known = ranges.end() - 1;
    }
    if (conditions.initial && known->initial < 0)
        known->initial = *conditions.initial;
    return static_cast<std::uint32_t>(known - ranges.begin());
}

} // namespace decant::sampler
