// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "midi-sampler/sampler.hpp"

#include "midi-sampler/guarded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

using decant::midi_sampler::Failure;
namespace sampler = decant::sampler;

namespace
{

ms_audio_config_t checked(const ms_audio_config_t& config)
{
    const auto require = [](std::uint32_t value, std::uint32_t least, std::uint32_t most,
                            const char* member) {
        if (value < least || value > most)
            throw Failure(MS_ERROR_ARGUMENT, fmt::format("{} of the configuration is {}; give {} to {}",
                                                         member, value, least, most));
    };
    require(config.sample_rate, 1000, 768'000, "sample_rate");
    require(config.channels, 1, 64, "channels");
    require(config.max_polyphony, 1, 65536, "max_polyphony");
    require(config.buffer_size, 1, ms_sampler::longest_block, "buffer_size");
    return config;
}

// What an engine has counted. What sounds in it is no count.
void add_counters(ms_statistics_t& sum, const sampler::SamplerStats& stats)
{
    sum.stolen_voices += stats.steals;
    sum.shed_voices += stats.sacrifices;
    sum.dropped_events += stats.events_dropped;
    sum.starved_voices += stats.starved;
}

} // namespace

ms_sampler::ms_sampler(const ms_audio_config_t& config)
    : config_(checked(config)), playing_owner_(std::make_unique<const Playing>())
{
    playing_.store(playing_owner_.get());
}

ms_instrument& ms_sampler::add(std::string name)
{
    constexpr std::size_t queue_length = 4096;
    const std::scoped_lock lock(mutex_);
    auto instrument = std::make_unique<ms_instrument>(
        *this, std::move(name),
        sampler::SamplerOptions{
            .polyphony = config_.max_polyphony, .quality = quality_, .queue_length = queue_length});
    instrument->engine().set_volume(volume_);
    auto next = std::make_unique<Playing>(*playing_owner_);
    next->push_back(instrument.get());
    instruments_.push_back(std::move(instrument));
    exchange(std::move(next));
    return *instruments_.back();
}

void ms_sampler::remove(ms_instrument& instrument)
{
    const std::scoped_lock lock(mutex_);
    auto next = std::make_unique<Playing>(*playing_owner_);
    std::erase(*next, &instrument);
    exchange(std::move(next));
    add_counters(of_those_gone_, instrument.engine().stats());
    std::erase_if(instruments_, [&](const auto& owned) { return owned.get() == &instrument; });
}

// The order of all this is what makes it safe: the audio thread makes `turn_` odd before it looks which list
// there is, and this looks at `turn_` after the list is another one.
void ms_sampler::exchange(std::unique_ptr<const Playing> next)
{
    playing_.store(next.get(), std::memory_order_seq_cst);
    const std::uint64_t turn = turn_.load(std::memory_order_seq_cst);
    while (turn % 2 == 1 && turn_.load(std::memory_order_seq_cst) == turn)
        std::this_thread::sleep_for(std::chrono::microseconds(100));
    playing_owner_ = std::move(next);
}

void ms_sampler::set_quality(sampler::Quality quality)
{
    const std::scoped_lock lock(mutex_);
    quality_ = quality;
    for (const auto& instrument : instruments_)
        instrument->engine().set_quality(quality);
}

void ms_sampler::set_volume(float decibels)
{
    const std::scoped_lock lock(mutex_);
    volume_ = decibels;
    for (const auto& instrument : instruments_)
        instrument->engine().set_volume(decibels);
}

ms_statistics_t ms_sampler::statistics() const
{
    const std::scoped_lock lock(mutex_);
    ms_statistics_t sum = of_those_gone_;
    sum.frames = frames();
    sum.xruns = xruns();
    for (const auto& instrument : instruments_) {
        const sampler::SamplerStats stats = instrument->engine().stats();
        sum.active_voices += stats.active_voices;
        add_counters(sum, stats);
    }
    return sum;
}
