// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "midi-sampler/instrument.hpp"

#include "midi-sampler/guarded.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <utility>

using decant::midi_sampler::Failure;
namespace sampler = decant::sampler;

namespace
{

template <class T>
void require(T value, T least, T most, const char* member)
{
    if (!(value >= least && value <= most)) // neither is what is not a number
        throw Failure(MS_ERROR_ARGUMENT,
                      fmt::format("{} of the metadata is {}; give {} to {}", member, value, least, most));
}

// Two members that are the ends of a range, `least` apart; false if both are 0, which means all there is.
bool require_range(std::uint64_t low, std::uint64_t high, std::uint64_t least, std::uint64_t most,
                   const char* low_member, const char* high_member)
{
    if (low == 0 && high == 0)
        return false;
    require<std::uint64_t>(low, 0, most - least, low_member);
    if (high < low + least || high > most)
        throw Failure(MS_ERROR_ARGUMENT,
                      fmt::format("{} of the metadata is {} where {} is {}; give {} to {}, or 0 for both",
                                  high_member, high, low_member, low, low + least, most));
    return true;
}

sampler::Region region_of(const ms_sample_metadata_t& metadata)
{
    sampler::Region region;
    require<int>(metadata.root_note, 0, 127, "root_note");
    region.pitch_keycenter = metadata.root_note;
    if (require_range(metadata.low_note, metadata.high_note, 0, 127, "low_note", "high_note")) {
        region.lokey = metadata.low_note;
        region.hikey = metadata.high_note;
    }
    if (require_range(metadata.low_velocity, metadata.high_velocity, 0, 127, "low_velocity",
                      "high_velocity")) {
        region.lovel = metadata.low_velocity;
        region.hivel = metadata.high_velocity;
    }
    constexpr float longest = 100;
    require(metadata.tune_cents, -9600.0F, 9600.0F, "tune_cents");
    require(metadata.volume_db, -144.0F, 24.0F, "volume_db");
    require(metadata.pan, -1.0F, 1.0F, "pan");
    require(metadata.attack_seconds, 0.0F, longest, "attack_seconds");
    require(metadata.decay_seconds, 0.0F, longest, "decay_seconds");
    require(metadata.sustain_level, 0.0F, 1.0F, "sustain_level");
    require(metadata.release_seconds, 0.0F, longest, "release_seconds");
    region.tune = metadata.tune_cents;
    region.volume = metadata.volume_db;
    region.pan = 100 * metadata.pan;
    region.ampeg.attack = metadata.attack_seconds;
    region.ampeg.release = metadata.release_seconds;
    if (metadata.decay_seconds > 0) {
        region.ampeg.decay = metadata.decay_seconds;
        region.ampeg.sustain = 100 * metadata.sustain_level;
    }

    // It comes from another language, which may write any number into it.
    constexpr std::array<std::optional<sampler::LoopMode>, 5> modes{
        std::nullopt, sampler::LoopMode::no_loop, sampler::LoopMode::one_shot,
        sampler::LoopMode::loop_continuous, sampler::LoopMode::loop_sustain};
    const auto loop = static_cast<int>(metadata.loop);
    require(loop, 0, static_cast<int>(modes.size()) - 1, "loop");
    region.loop_mode = modes.at(static_cast<std::size_t>(loop));
    constexpr std::uint64_t most_frames = (std::uint64_t{1} << 30) - 1;
    if (require_range(metadata.loop_start, metadata.loop_end, 1, most_frames, "loop_start", "loop_end")) {
        region.loop_start = static_cast<std::int64_t>(metadata.loop_start);
        region.loop_end = static_cast<std::int64_t>(metadata.loop_end) - 1;
    }
    return region;
}

// Whatever is wrong with a file has its text already.
template <class Load>
sampler::LoadedInstrument loaded_by(Load&& load)
try {
    return load();
} catch (const std::runtime_error& error) {
    throw Failure(MS_ERROR_FILE, error.what());
}

} // namespace

void ms_instrument::load(const char* path)
{
    const std::scoped_lock lock(mutex_);
    play(loaded_by([path] { return sampler::load_instrument(path); }));
    samples_.clear();
}

void ms_instrument::load_sample(const char* path, const ms_sample_metadata_t* metadata)
{
    sampler::SampleRegion added{.file = path, .region = {}};
    if (metadata != nullptr)
        added.region = region_of(*metadata);
    else
        added.region.keycenter_from_sample = true;
    const std::scoped_lock lock(mutex_);
    auto regions = samples_;
    regions.push_back(std::move(added));
    play(loaded_by([&regions] { return sampler::load_regions(regions, sampler::SamplePool::shared()); }));
    samples_ = std::move(regions);
}

void ms_instrument::play(sampler::LoadedInstrument loaded)
{
    std::vector<std::string> problems;
    for (const sampler::Problem& problem : loaded.problems)
        problems.push_back(to_string(problem));
    for (const sampler::Unsupported& unsupported : loaded.unsupported)
        problems.push_back(to_string(unsupported));
    sustain_pedal_.store(loaded.instrument->sustain_control(), std::memory_order_relaxed);
    sostenuto_pedal_.store(loaded.instrument->sostenuto_control(), std::memory_order_relaxed);
    engine_.play(std::move(loaded.instrument));
    problems_ = std::move(problems);
}

const char* ms_instrument::problem(std::size_t index) const
{
    const std::scoped_lock lock(mutex_);
    return index < problems_.size() ? problems_[index].c_str() : nullptr;
}

ms_result_t ms_instrument::send(const sampler::QueuedEvent& event) noexcept DECANT_REALTIME
{
    return engine_.queue(event)
               ? MS_OK
               : decant::midi_sampler::failed(MS_ERROR_FULL,
                                              "the instrument's queue is full; send fewer events "
                                              "than 4096 between two calls of ms_process()");
}

ms_note_t ms_instrument::next_note() noexcept DECANT_REALTIME
{
    ms_note_t note = 0;
    while (note == 0)
        note = notes_.fetch_add(1, std::memory_order_relaxed) + 1;
    return note;
}
