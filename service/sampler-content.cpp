// SPDX-FileCopyrightText: The Decant authors
// SPDX-License-Identifier: GPL-3.0-or-later

#include "service/sampler-content.hpp"

#include "nodes/sampler/instrument-memory.hpp"
#include "service/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <memory>
#include <utility>

namespace decant::service
{

namespace
{

constexpr double least_volume = -144; ///< dB; softer than any converter
constexpr double most_volume = 24;

// Parameters.
constexpr std::size_t volume = 0;
constexpr std::size_t quality = 1;

bool is_of_instruments(std::string_view name) noexcept
{
    constexpr std::array<std::string_view, 7> suffixes{".sfz", ".sfzh", ".wav", ".flac",
                                                       ".aif", ".aiff", ".ogg"};
    return std::any_of(suffixes.begin(), suffixes.end(),
                       [name](std::string_view suffix) { return name.ends_with(suffix); });
}

} // namespace

SamplerContent::SamplerContent(const NodeConfig& config, ContentOwner& owner, pw_loop* loop, MainQueue& queue,
                               Workers& workers)
    : owner_(owner), config_(config), sampler_({.polyphony = config.polyphony}),
      infos_{{{"Volume", least_volume, most_volume, config.volume, false},
              {"Quality", 0, static_cast<double>(sampler::qualities - 1), static_cast<double>(config.quality),
               false}}},
      values_{config.volume, static_cast<double>(config.quality)}, queue_(queue), workers_(workers),
      watcher_(loop, is_of_instruments, [this] { load(); })
{
    sampler_.set_volume(static_cast<float>(config.volume));
    change_quality(config.quality);
    watcher_.watch({config.path.parent_path()});
    load();
}

// The kernels of a quality take their time when they are first calculated.
void SamplerContent::change_quality(sampler::Quality wanted)
{
    workers_.add([this, watch = lifeline_.watch(), wanted, &queue = queue_] {
        if (wanted >= sampler::Quality::sinc8)
            static_cast<void>(sampler::SincBank::of(wanted));
        queue.post([this, watch, wanted] {
            if (!watch.expired())
                sampler_.set_quality(wanted);
        });
    });
}

void SamplerContent::load()
{
    auto progress = std::make_shared<sampler::LoadProgress>();
    progress_ = progress;
    workers_.add([this, watch = lifeline_.watch(), path = config_.path, progress, &queue = queue_] {
        // The object may be gone; only its address is carried from here to the main loop.
        try {
            const sampler::CountedLoading counted(*progress);
            auto loaded = std::make_shared<sampler::LoadedInstrument>(sampler::load_instrument(path));
            queue.post([this, watch, progress, loaded] {
                if (!watch.expired() && progress == progress_) // else a later loading counts
                    play(std::move(*loaded));
            });
        } catch (const std::exception& error) {
            queue.post([this, watch, progress, reason = std::string(error.what())] {
                if (!watch.expired() && progress == progress_)
                    fail(reason);
            });
        }
    });
}

// What was there before plays on.
void SamplerContent::fail(const std::string& reason)
{
    progress_.reset();
    if (shown_)
        owner_.set_state(NodeState::running, "its files have changed and cannot be played: " + reason);
    else
        owner_.set_state(NodeState::failed, reason);
}

void SamplerContent::play(sampler::LoadedInstrument loaded)
{
    for (const auto& problem : loaded.problems)
        log(Severity::warning, fmt::format("node '{}': {}", config_.name, to_string(problem)));
    for (const auto& unsupported : loaded.unsupported)
        log(Severity::warning, fmt::format("node '{}': {}", config_.name, to_string(unsupported)));
    const unsigned outputs = loaded.instrument->outputs();
    memory_ = sampler::memory_of(*loaded.instrument);
    sampler_.play(std::move(loaded.instrument));
    progress_.reset();
    if (!std::exchange(shown_, true))
        owner_.show({.ports = sampler::Sampler::ports(outputs), .processor = sampler_, .parameters = this});
    owner_.set_state(
        NodeState::running,
        loaded.problems.empty() && loaded.unsupported.empty()
            ? std::string()
            : fmt::format("{} things in it are not played as written; 'decant probe \"{}\"' lists them",
                          loaded.problems.size() + loaded.unsupported.size(), config_.path.string()));
}

void SamplerContent::set(std::size_t index, double value)
{
    values_.at(index) = value;
    if (index == volume)
        return sampler_.set_volume(static_cast<float>(value));
    // Qualities are whole numbers.
    values_[quality] = std::round(value);
    change_quality(static_cast<sampler::Quality>(values_[quality]));
}

bool SamplerContent::change(const NodeConfig& config)
{
    if (config.path != config_.path || config.polyphony != config_.polyphony)
        return false;
    if (config.volume != config_.volume) {
        set(volume, config.volume);
        owner_.publish_parameters();
    }
    if (config.quality != config_.quality) {
        set(quality, static_cast<double>(config.quality));
        owner_.publish_parameters();
    }
    config_ = config;
    return true;
}

void SamplerContent::tick(const nodes::FilterCounters*)
{
    sampler_.collect();
}

void SamplerContent::report(NodeStatus& status)
{
    const sampler::SamplerStats stats = sampler_.stats();
    status.voices = stats.active_voices;
    status.starved = stats.starved;
    status.memory = memory_;
    if (progress_ && status.state == NodeState::loading && status.message.empty())
        status.message = fmt::format("{} samples so far", progress_->samples.load());
}

} // namespace decant::service
